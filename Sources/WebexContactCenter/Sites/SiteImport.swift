/// Carries a plan out: what is to be made in bulk, what is to be changed one by one.
package struct SiteImport: Sendable {
    /// What became of one line.
    package struct Line: Sendable {
        package var step: SitePlan.Step
        package var status: Status
        /// The site, where it is known.
        package var id: SiteID?
        /// Why the line is not as wanted; empty if it is.
        package var reason: String
    }

    /// How a line ended.
    package enum Status: String, Sendable {
        case planned, created, updated, unchanged
        /// The provider does not want it, or it makes no sense beside what there is.
        case refused
        /// It may go well next time.
        case failed
        /// Something else ended the import before.
        case notTried = "not_tried"

        /// Whether the site is as the line wants it.
        package var isAsWanted: Bool { self == .created || self == .updated || self == .unchanged }
    }

    /// In the order of the lines, whatever the order in which they are carried out.
    package private(set) var lines: [Line]
    private let sites: Sites

    /// Nothing is carried out yet: what is to be done is `notTried`, or `planned` where that is all.
    package init(_ plan: SitePlan, sites: Sites, isDry: Bool = false) {
        let waiting = isDry ? Status.planned : .notTried
        self.sites = sites
        lines = plan.steps.map { step in
            switch step.action {
            case .create, .update: Line(step: step, status: waiting, id: step.action.site?.id, reason: "")
            case .skip(let site): Line(step: step, status: .unchanged, id: site.id, reason: "")
            case .refuse(let reason): Line(step: step, status: .refused, id: step.row.id, reason: reason)
            }
        }
    }

    /// Does what is to be done, until all is or `shouldStop` says so.
    /// - Throws: what concerns all lines rather than one, such as a missing scope; the lines tell how far it came.
    package mutating func carryOut(shouldStop: @Sendable () -> Bool) async throws(ProviderError) {
        let sites = sites
        try await create(shouldStop)
        for index in lines.indices where lines[index].status == .notTried && !shouldStop() {
            guard case .update(let site, let fields) = lines[index].step.action else { continue }
            try await settle(index) { () async throws(ProviderError) in
                (.updated, try await sites.update(site, to: fields).id)
            }
        }
    }

    private mutating func create(_ shouldStop: @Sendable () -> Bool) async throws(ProviderError) {
        var rest = lines.indices.filter { lines[$0].step.action == .create }[...]
        let sites = sites
        var hasBulk = true
        while !rest.isEmpty, !shouldStop() {
            let batch = rest.prefix(Sites.largestBulk)
            rest = rest.dropFirst(Sites.largestBulk)
            if hasBulk {
                do throws(ProviderError) {
                    try await createAtOnce(Array(batch))
                    continue
                } catch {
                    // A bulk call that is refused as a whole says nothing of each: one by one they do.
                    guard error.code == .rejected else { throw error }
                    hasBulk = error.status != 404 && error.status != 405
                }
            }
            for index in batch where !shouldStop() {
                let fields = lines[index].step.row.fields(for: nil)
                try await settle(index) { () async throws(ProviderError) in
                    (.created, try await sites.create(fields).id)
                }
            }
        }
    }

    private mutating func createAtOnce(_ batch: [Int]) async throws(ProviderError) {
        let outcomes = try await sites.create(batch.map { lines[$0].step.row.fields(for: nil) })
        for (index, outcome) in zip(batch, outcomes) {
            switch outcome {
            case .created(let id): (lines[index].status, lines[index].id) = (.created, id)
            case .refused(let error): refuse(index, error)
            }
        }
    }

    private mutating func settle(
        _ index: Int,
        _ work: () async throws(ProviderError) -> (Status, SiteID)
    ) async throws(ProviderError) {
        do throws(ProviderError) {
            (lines[index].status, lines[index].id) = try await work()
        } catch {
            guard error.code == .rejected else { throw error }
            refuse(index, error)
        }
    }

    private mutating func refuse(_ index: Int, _ error: ProviderError) {
        lines[index].status = error.isTransient ? .failed : .refused
        lines[index].reason = error.description
    }
}
