import DailyArchive
import Files
import Foundation
import Recordings
import Synchronization

/// Writes the progress of a pass to `spool/pass.json` each second while it runs, for `callark status`.
///
/// The pass's lock says whether a pass runs; the notice only says how far it is. A notice left by a killed process
/// names another process than the lock does.
package final class PassNotice: Sendable {
    /// The content of the file.
    package struct Content: Sendable, Hashable, Codable {
        package var process: Int
        /// The name of the work as people know it: `archive`.
        package var command: String
        private var started: Int64
        private var updated: Int64
        package var activity: PassActivity.Report

        package var startedTime: Timestamp { Timestamp(millisecondsSince1970: started) }
        package var updatedTime: Timestamp { Timestamp(millisecondsSince1970: updated) }

        init(process: Int, command: String, started: Timestamp, updated: Timestamp, activity: PassActivity.Report) {
            self.process = process
            self.command = command
            self.started = started.millisecondsSince1970
            self.updated = updated.millisecondsSince1970
            self.activity = activity
        }
    }

    /// Written more often at the beginning, so that readers soon know what the pass covers.
    private static let intervals = Duration.milliseconds(50)...Duration.seconds(1)

    private let root: ArchiveRoot
    private let command: String
    private let now: @Sendable () -> Timestamp
    private let startedTime: Timestamp
    /// Events come from every receiver at once.
    private let activity = Mutex(PassActivity())

    /// - Parameter startedTime: when the work began; `nil` for now.
    init(
        root: ArchiveRoot,
        command: String,
        startedTime: Timestamp? = nil,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.root = root
        self.command = command
        self.now = now
        self.startedTime = startedTime ?? now()
    }

    func count(_ event: PassEvent) {
        activity.withLock { $0.count(event, now: now) }
    }

    /// Keeps the file up to date while `work` runs, and removes it afterwards. A pass does not fail because its notice
    /// cannot be written.
    func keptUpToDate<Value: Sendable>(_ work: () async throws -> Value) async throws -> Value {
        defer { root.removeNotice() }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                var interval = Self.intervals.lowerBound
                while !Task.isCancelled {
                    try? await Task.sleep(for: interval)
                    interval = min(interval * 2, Self.intervals.upperBound)
                    guard !Task.isCancelled, let bytes = try? self.content() else { continue }
                    try? await self.root.writeNotice(bytes)
                }
            }
            defer { group.cancelAll() }
            let value = try await work()
            group.cancelAll()
            // Not removed before the last write has finished.
            try await group.waitForAll()
            return value
        }
    }

    private func content() throws -> [UInt8] {
        let now = now()
        let content = Content(
            process: Int(getpid()),
            command: command,
            started: startedTime,
            updated: now,
            activity: activity.withLock { $0.report(now: now) }
        )
        return Array(try JSONEncoder().encode(content))
    }
}

extension PassNotice {
    /// A pass that runs at this moment.
    package struct Running: Sendable, Hashable {
        package var process: Int
        /// `nil` in the first second of a pass, or if its notice cannot be read.
        package var content: Content?
    }

    /// An older notice was left by a pass that was killed.
    private static let freshness = Duration.seconds(10)

    /// The pass that is running in a root.
    ///
    /// The lock says whether one runs. Other accounts cannot open the lock, because a reader could hold it; for them, a
    /// recent notice says so.
    /// - Returns: `nil` if no pass is running.
    /// - Throws: `ArchiveError` if this cannot be found out, for example because the account may not read the spool.
    package static func running(over root: ArchiveRoot) throws(ArchiveError) -> Running? {
        let holder: Int?
        do throws(ArchiveError) {
            holder = try PassLock.holder(of: root)
        } catch {
            guard error.code == .permission else { throw error }
            guard let content = try root.readNotice().flatMap(content),
                Timestamp(Date()) - content.updatedTime < freshness
            else { return nil }
            return Running(process: content.process, content: content)
        }
        guard let process = holder else { return nil }
        let content = (try? root.readNotice()).flatMap(content)
        return Running(process: process, content: content?.process == process ? content : nil)
    }

    private static func content(_ bytes: [UInt8]) -> Content? {
        try? JSONDecoder().decode(Content.self, from: Data(bytes))
    }
}
