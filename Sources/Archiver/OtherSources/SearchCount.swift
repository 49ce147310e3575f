import Manifest

/// What Search has about a day.
struct SearchCount: Hashable, Sendable {
    var contacts = 0
    /// Contacts that Search says were recorded.
    var recorded = 0
    var recordings = 0
    var transfers = 0
    /// Contacts that the listing left out.
    var notListed = 0
    /// Contacts that the listing says were not to be recorded.
    var sighted = 0

    /// The differences, one per line. Search may lag, and counts segments and consultations in its own way. Therefore
    /// only two things are a difference: Search has more calls or recordings than the listing, or the listing has calls
    /// and Search none.
    func differences(from counts: DayCounts) -> [String] {
        var differences: [String] = []
        if notListed > 0 { differences.append("\(notListed) calls were missing from the task list: added") }
        if sighted > 0 {
            differences.append("\(sighted) calls were recorded, and not requested by the listing: asked about")
        }
        if contacts == 0, counts.tasks > 0 { differences.append("none of the \(counts.tasks) calls is known there") }
        if recorded > counts.captureRequested {
            let requested = counts.captureRequested
            differences.append("\(recorded) calls were recorded, and \(requested) requested by the listing")
        }
        return differences
    }

    /// The figures of both sides.
    func figures(beside counts: DayCounts) -> [String: Int] {
        [
            "search_contacts": contacts, "search_recorded": recorded, "search_recordings": recordings,
            "search_transfers": transfers, "not_listed": notListed, "claimed": sighted, "tasks": counts.tasks,
            "capture_requested": counts.captureRequested, "recordings": counts.recordings,
        ]
    }
}
