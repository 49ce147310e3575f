import Manifest
import Recordings
import WebexContactCenter

/// The anomalies of one listing, reported and recorded as they come, and the days that they put in doubt. A pass that
/// may have missed a task is not complete.
struct ListingReport: Sendable {
    let organization: Organization
    let context: PassContext
    let window: PassWindow
    /// The days from which a task may be missing.
    private(set) var days: Set<ArchiveDay> = []
    /// The first time with tasks that another listing may return.
    private(set) var unlisted: Timestamp?
    /// How many anomalies may hide a task.
    private(set) var doubts = 0
    private var counts: [ListingAnomaly.Code: Int] = [:]

    /// This many anomalies of a kind that names tasks are reported one by one; of any other kind, only the first.
    private static let maxReported = 5

    init(organization: Organization, context: PassContext, window: PassWindow) {
        self.organization = organization
        self.context = context
        self.window = window
    }

    /// Records an anomaly as an event, and the days that it puts in doubt. A repeated one is reported only up to a
    /// limit.
    mutating func take(_ anomaly: ListingAnomaly) async throws {
        let count = counts[anomaly.code, default: 0] + 1
        counts[anomaly.code] = count
        if count <= Self.reportLimit(anomaly.code) {
            context.observer(.listingAnomaly(organization.name, anomaly.description))
        }
        let event = Event(
            time: context.now(),
            kind: .listingAnomaly,
            organization: organization.name,
            task: anomaly.tasks.count == 1 ? anomaly.tasks.first : nil,
            detail: ["at": anomaly.at.description, "code": anomaly.code.rawValue, "reason": anomaly.message]
        )
        try await context.manifest.appendEvent(event)
        guard anomaly.code.mayHideTask else { return }
        let doubted = daysInDoubt(anomaly)
        days.formUnion(doubted)
        if anomaly.code.mayPass { unlisted = min(anomaly.at, unlisted ?? anomaly.at) }
        doubts += 1
        try await context.manifest.noteListingDoubts(organization.name, days: doubted, now: context.now())
    }

    /// Reports how many were not reported one by one.
    func reportOmitted() {
        for (code, count) in counts.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            let rest = count - Self.reportLimit(code)
            guard rest > 0 else { continue }
            context.observer(.listingAnomaly(organization.name, "\(rest) more of the kind \(code.rawValue)"))
        }
    }

    private static func reportLimit(_ code: ListingAnomaly.Code) -> Int { code.namesTasks ? maxReported : 1 }

    /// A row without an ID can belong to any time after its neighbour.
    private func daysInDoubt(_ anomaly: ListingAnomaly) -> [ArchiveDay] {
        let (first, last) = (context.rules.day(of: anomaly.at), window.range.upperBound - .milliseconds(1))
        let end = anomaly.code == .unreadableTask ? last : anomaly.until.map { $0 - .milliseconds(1) } ?? anomaly.at
        return first.through(max(first, context.rules.day(of: end)))
    }
}

extension ListingAnomaly.Code {
    /// Whether there may be a task that the listing did not return. A task in the wrong place is known nevertheless,
    /// and one out of order or outside the window is returned by the request for its own time.
    fileprivate var mayHideTask: Bool {
        switch self {
        case .crowdedMillisecond, .unreadableTask, .clocksApart, .noProgress: true
        case .missingCreatedTime, .outsideWindow, .unordered, .oddText: false
        }
    }

    /// Whether another listing may return what this one did not. A millisecond with more tasks than a page holds looks
    /// the same at every request.
    fileprivate var mayPass: Bool {
        switch self {
        case .unreadableTask, .noProgress: true
        case .crowdedMillisecond, .clocksApart, .missingCreatedTime, .outsideWindow, .unordered, .oddText: false
        }
    }

    /// Whether it says which tasks it is about.
    fileprivate var namesTasks: Bool {
        switch self {
        case .missingCreatedTime, .outsideWindow, .oddText: true
        case .crowdedMillisecond, .unreadableTask, .clocksApart, .unordered, .noProgress: false
        }
    }
}
