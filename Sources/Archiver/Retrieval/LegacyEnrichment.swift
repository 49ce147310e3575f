import DailyArchive
import Evidence
import Files
import Foundation
import Manifest
import Recordings
import WebexContactCenter

/// Attaches the provider's legacy session records to a day's recordings. For each task that has one, the customer
/// session record of the same ID goes into a file next to the day's archives. Records that are there are not requested
/// again, so the next run resumes one that was interrupted.
package struct LegacyEnrichment: Sendable {
    private let root: ArchiveRoot
    private let manifest: Manifest
    private let records: LegacyRecords
    private let logs: EvidenceLogs
    private let now: @Sendable () -> Timestamp

    /// How many sessions a file has at most, which is also how many at most are requested twice after a crash.
    private static let batch = 1000

    /// The result for one day.
    package struct Summary: Sendable, Hashable {
        /// Tasks of the day that have recordings.
        package var tasks = 0
        /// How many of them already had their session.
        package var held = 0
        /// How many sessions were attached now.
        package var attached = 0
        /// Tasks for which the provider has no session.
        package var absent: [TaskID] = []
        /// The files that contain them.
        package var paths: [String] = []
        /// Why the run was interrupted, if it was.
        package var failure: ProviderError?

        /// Whether each task has its session.
        package var isComplete: Bool { held + attached == tasks }
    }

    /// - Parameters:
    ///   - logs: the evidence logs to record it in.
    ///   - now: the time of day, recorded with each answer.
    package init(
        root: ArchiveRoot,
        manifest: Manifest,
        records: LegacyRecords,
        logs: EvidenceLogs,
        now: @escaping @Sendable () -> Timestamp = { Timestamp(Date()) }
    ) {
        self.root = root
        self.manifest = manifest
        self.records = records
        self.logs = logs
        self.now = now
    }

    /// Processes a day's tasks in the order of their creation.
    /// - Parameters:
    ///   - stop: ends it after the current request.
    ///   - progress: called after each task with how many are done.
    /// - Throws: ``DailyArchive/ArchiveError`` with `locked` if another process is doing the same. A failure of the
    ///   provider is in the summary, and what was received before it is kept.
    package func run(
        _ organization: OrganizationName,
        _ day: ArchiveDay,
        at standpoint: Standpoint,
        stop: StopRequest,
        progress: (_ done: Int, _ all: Int) -> Void = { _, _ in }
    ) async throws -> Summary {
        let lock = try PassLock.acquire(root, for: .legacySessions)
        defer { withExtendedLifetime(lock) {} }
        let kept = LegacyDay(organization, day, in: root)
        let tasks = try await tasks(of: organization, day, at: standpoint)
        let held = try await kept.tasks()
        let missing = tasks.filter { !held.contains($0) }
        var summary = Summary(tasks: tasks.count, held: tasks.count - missing.count)
        var waiting: [LegacySession] = []
        for (index, task) in missing.enumerated() where summary.failure == nil && !stop.isMade {
            do throws(ProviderError) {
                if let record = try await session(of: task) {
                    waiting.append(
                        LegacySession(
                            organization: organization,
                            day: day,
                            taskID: task,
                            answeredTime: now(),
                            json: record.kept
                        )
                    )
                } else {
                    summary.absent.append(task)
                }
            } catch {
                summary.failure = error
            }
            if waiting.count >= Self.batch { summary.attached += try await write(&waiting, to: kept) }
            progress(summary.held + index + 1, tasks.count)
        }
        summary.attached += try await write(&waiting, to: kept)
        // Even if nothing is new, because a crash may have kept a file without its checksum, or out of the log.
        let files = try await kept.settle()
        summary.paths = files.map(\.file.path)
        if !files.isEmpty {
            try await logs.run { logs throws(EvidenceError) in
                try logs.noteLegacy(files, of: organization, day)
                try logs.fold()
            }
        }
        if summary.isComplete, !tasks.isEmpty { try await kept.forgetMissing() }
        return summary
    }

    private func write(_ sessions: inout [LegacySession], to kept: LegacyDay) async throws -> Int {
        try await kept.add(sessions)
        defer { sessions = [] }
        return sessions.count
    }

    /// - Returns: `nil` if the provider has none.
    private func session(of task: TaskID) async throws(ProviderError) -> LegacyRecord? {
        guard let id = LegacyRecordID(task.description) else { return nil }
        do throws(ProviderError) {
            return try await records.record(.csr, id)
        } catch {
            guard error.status == 404 else { throw error }
            return nil
        }
    }

    /// The tasks of a day that have recordings, each once, in the order of their creation.
    private func tasks(
        of organization: OrganizationName,
        _ day: ArchiveDay,
        at standpoint: Standpoint
    ) async throws -> [TaskID] {
        var tasks: [TaskID] = []
        let filter = ListFilter(organization: organization, day: day)
        for try await row in manifest.entries(filter, at: standpoint) {
            guard case .recording(let recording) = row, recording.key.taskID != tasks.last else { continue }
            tasks.append(recording.key.taskID)
        }
        return tasks
    }
}
