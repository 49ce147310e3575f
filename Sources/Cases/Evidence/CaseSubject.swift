import DailyArchive
import Evidence
import Manifest
import Recordings

/// Decides which entries of an evidence log belong to a case.
struct CaseSubject: Sendable {
    /// Recordings, by their paths in archives.
    private let paths: Set<String>
    private let tasks: Set<String>
    private let archives: Set<String>
    private let days: Set<String>

    init(_ calls: [CallRow]) {
        let held = calls.flatMap(\.recordings).filter { $0.held != nil }
        paths = Set(held.map { PayloadPath.of($0.key.taskID, $0.file) })
        archives = Set(held.compactMap { $0.held?.archive.description })
        tasks = Set(calls.map(\.taskID.description))
        days = Set(calls.map(\.day.description))
    }

    /// Whether a recording of the case has this entry.
    func has(_ stored: StoredEntry) -> Bool { paths.contains(stored.path) }

    /// Whether an act belongs to the case. Entries that every case has are not included: the beginning of the log, its keys, its
    /// newest configuration, and its anchors.
    func has(_ entry: LogEntry) -> Bool {
        if let task = entry.text(.taskID) { return tasks.contains(task) }
        if let archive = entry.text(.archive) { return archives.contains(archive) }
        if let day = entry.text(.day) { return days.contains(day) }
        return false
    }
}
