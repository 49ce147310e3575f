import Text

/// What importing a file of sites would do, compared with the existing sites. Makes no requests.
package struct SitePlan: Sendable {
    /// What to do for one line.
    package enum Action: Sendable, Hashable {
        case create
        /// The site now, and its new fields.
        case update(Site, SiteFields)
        /// The site is as the line says.
        case skip(Site)
        /// The line cannot be carried out, for this reason.
        case refuse(String)

        /// `create`, `update`, `skip`, `refuse`
        package var word: String {
            switch self {
            case .create: "create"
            case .update: "update"
            case .skip: "skip"
            case .refuse: "refuse"
            }
        }
    }

    /// One line and its action.
    package struct Step: Sendable, Hashable {
        package var row: SiteSheet.Row
        package var action: Action
    }

    /// In the order of the lines.
    package private(set) var steps: [Step] = []
    /// Lines that would change a site into something that the provider refuses; if there are any, nothing is carried
    /// out.
    package private(set) var faults: [CSVDocument.Fault] = []

    /// Compares the lines of a file with `sites`.
    package init(_ rows: [SiteSheet.Row], sites: [Site]) {
        let byID = Dictionary(sites.map { ($0.id, $0) }) { first, _ in first }
        let byName = Dictionary(grouping: sites, by: \.fields.name)
        var lines: [SiteID: Int] = [:]
        for row in rows {
            var action = Self.action(for: row, byID, byName)
            if let id = action.site?.id {
                if let line = lines[id] { action = .refuse("line \(line) means the same site, \(id)") }
                lines[id] = lines[id] ?? row.line
            }
            if case .update(let site, let fields) = action {
                // Fields that do not change come from the provider, and may break the present rules.
                let old = site.fields.faults
                faults += fields.faults.filter { !old.contains($0) }.map {
                    CSVDocument.Fault(line: row.line, problem: $0)
                }
            }
            steps.append(Step(row: row, action: action))
        }
    }

    private static func action(
        for row: SiteSheet.Row,
        _ byID: [SiteID: Site],
        _ byName: [String: [Site]]
    ) -> Action {
        let site: Site?
        if let id = row.id {
            guard let found = byID[id] else { return .refuse("there is no site with the ID \(id)") }
            site = found
        } else {
            let found = byName[row.name] ?? []
            guard found.count < 2 else { return .refuse("several sites have this name: give the ID of one") }
            site = found.first
        }
        guard let site else { return .create }
        let fields = row.fields(for: site)
        if fields == site.fields { return .skip(site) }
        guard !site.isSystemDefault else {
            return .refuse("the provider made this site: it can be neither changed nor deleted")
        }
        return .update(site, fields)
    }
}

extension SitePlan.Action {
    /// The site that the line is about, if it exists.
    package var site: Site? {
        switch self {
        case .update(let site, _), .skip(let site): site
        case .create, .refuse: nil
        }
    }
}
