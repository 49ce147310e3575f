/// What a file of sites comes to beside the sites that there are. Asks no one.
package struct SitePlan: Sendable {
    /// What is to be done about one line.
    package enum Action: Sendable, Hashable {
        case create
        /// From what it is to what it becomes.
        case update(Site, SiteFields)
        /// The site is as the line wants it.
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
    /// Lines that would change a site into what the provider refuses; with any of them nothing is to be carried out.
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
                // What stays as it was is the provider's own word, whatever the rules say by now.
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
    /// The site that it is about, if there is one.
    package var site: Site? {
        switch self {
        case .update(let site, _), .skip(let site): site
        case .create, .refuse: nil
        }
    }
}
