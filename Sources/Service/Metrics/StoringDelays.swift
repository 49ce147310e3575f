import Archiver
import Recordings
import Synchronization

/// How long recordings took from the end of their call until they were stored, since the service started.
final class StoringDelays: Sendable {
    /// Who looked for the recording.
    enum Finder: String, Sendable, Hashable, CaseIterable {
        /// An event of the provider named its call.
        case webhook
        case schedule
        /// Someone requested a pass.
        case request
    }

    struct Key: Sendable, Hashable {
        var organization: OrganizationName
        var finder: Finder
    }

    /// Changed once for each recording, briefly.
    private let histograms = Mutex<[Key: Histogram]>([:])

    func histogram(_ organization: OrganizationName, _ finder: Finder) -> Histogram {
        histograms.withLock { $0[Key(organization: organization, finder: finder)] } ?? Histogram()
    }

    /// An observer of passes that counts what they store.
    func observer(_ finder: Finder, now: @escaping @Sendable () -> Timestamp) -> PassObserver {
        { [self] event in
            if case .stored(let entry) = event { note(entry, finder, at: now()) }
        }
    }

    /// Counts a recording. A segment ends before its call, and a copy that replaces a damaged one is not new: neither says
    /// anything about the delay.
    func note(_ entry: RecordingEntry, _ finder: Finder, at now: Timestamp) {
        guard !entry.key.isSegment, entry.replaces == nil, let end = entry.stopTime else { return }
        let key = Key(organization: entry.organization, finder: finder)
        histograms.withLock { $0[key, default: Histogram()].note(now - end) }
    }
}
