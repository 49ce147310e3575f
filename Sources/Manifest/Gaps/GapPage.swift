import Recordings

/// The place of a gap among all gaps: by organization, by creation, and within a task by the recording. No two gaps
/// have the same place.
package struct GapPlace: Hashable, Sendable, Comparable {
    package var organization: OrganizationName
    package var createdTime: Timestamp
    package var task: TaskID
    /// Empty if no recording is known by name.
    package var recording: String

    /// Sets every property.
    package init(organization: OrganizationName, createdTime: Timestamp, task: TaskID, recording: String) {
        self.organization = organization
        self.createdTime = createdTime
        self.task = task
        self.recording = recording
    }

    /// The place of a gap.
    package init(_ gap: Gap) {
        self.init(
            organization: gap.organization,
            createdTime: gap.createdTime,
            task: gap.taskID,
            recording: gap.recording.map { "\(FileName.of($0, distinguisher: 0)) \($0)" } ?? ""
        )
    }

    package static func < (lhs: Self, rhs: Self) -> Bool {
        (lhs.organization, lhs.createdTime, lhs.task, lhs.recording)
            < (rhs.organization, rhs.createdTime, rhs.task, rhs.recording)
    }
}

/// The first gaps after a place, and the number of all gaps, out of gaps that come in any order. It keeps at most twice
/// as many in memory as were asked for.
struct GapSelection: Sendable {
    private let place: GapPlace?
    private let limit: Int
    private(set) var kept: [(place: GapPlace, gap: Gap)] = []
    /// The place of the last one that can still be among the first; `nil` as long as there are too few.
    private var last: GapPlace?
    private(set) var total = 0

    init(after place: GapPlace?, limit: Int) {
        (self.place, self.limit) = (place, limit)
    }

    mutating func add(_ gap: Gap) {
        total += 1
        guard limit > 0 else { return }
        let new = GapPlace(gap)
        if let place, new <= place { return }
        if let last, new > last { return }
        kept.append((new, gap))
        if kept.count >= 2 * limit { shorten() }
    }

    private mutating func shorten() {
        kept.sort { $0.place < $1.place }
        guard kept.count >= limit else { return }
        kept.removeLast(kept.count - limit)
        last = kept.last?.place
    }

    /// The first gaps after the place, in their order.
    mutating func first() -> [Gap] {
        shorten()
        return kept.map(\.gap)
    }
}

extension Manifest {
    /// Some gaps in their order, and the number of all. Only these are in memory.
    /// - Parameters:
    ///   - place: the gaps after it.
    ///   - limit: how many at most.
    /// - Throws: `unknown` if the organization is not registered.
    package func gapPage(
        _ filter: GapFilter,
        at standpoint: Standpoint,
        after place: GapPlace?,
        limit: Int
    ) async throws -> (gaps: [Gap], total: Int) {
        let selection = GapSelection(after: place, limit: limit)
        var found = try await reduceGaps(filter, at: standpoint, into: selection) { $0.add($1) }
        return (found.first(), found.total)
    }
}
