/// Carries out a plan: creates sites in bulk, changes sites one by one.
package struct SiteImport: Sendable {
    /// The outcome of one line.
    package struct Line: Sendable {
        package var step: SitePlan.Step
        package var status: Status
        /// The site, if it is known.
        package var id: SiteID?
        /// Why the site is not as the line says; empty if it is.
        package var reason: String
    }

    /// How a line ended.
    package enum Status: String, Sendable {
        case planned, created, updated, unchanged
        /// The provider refuses it, or it contradicts the existing sites.
        case refused
        /// It may succeed next time.
        case failed
        /// The import ended before, for another reason.
        case notTried = "not_tried"

        /// Whether the site is as the line says.
        package var isAsWanted: Bool { self == .created || self == .updated || self == .unchanged }
    }

    /// In the order of the lines, no matter in which order they are carried out.
    package private(set) var lines: [Line]
    private let sites: Sites

    /// Nothing is carried out yet: the work to do is `notTried`, or `planned` if only a plan was asked for.
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

    /// Does the work, until it is done or `shouldStop` returns true.
    /// - Throws: errors that concern all lines, such as a missing scope; the lines show how far it came.
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
                    // A bulk call that is refused as a whole says nothing about single sites, so they are sent one by
                    // one.
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
