import DailyArchive
import Evidence
import Files
import Manifest
import Recordings

/// Makes an evidence log writable again, from a copy or by a new epoch. Then adds the archives, the recordings and the
/// closings of days that the log lacks. If it is killed in between, the next pass or the next recovery adds the rest.
package struct LogRecovery: Sendable {
    private let root: ArchiveRoot
    private let logs: EvidenceLogs

    /// The outcome.
    package struct Outcome: Sendable {
        /// The key that the log now signs with.
        package var key: NoteKey
        /// The state that the new epoch continues from; `nil` if a copy was put in place.
        package var previous: LogPosition?
        /// The path of the key file, if the key was made now.
        package var newKeyFile: String?
        /// Whether an earlier recovery had made the log writable and was interrupted.
        package var isResumed = false
        package var archives = 0
        package var recordings = 0
        /// Archives that differ from what the log says was sealed.
        package var contradictions: [(archive: ArchiveName, message: String)] = []
    }

    package init(root: ArchiveRoot, logs: EvidenceLogs) {
        self.root = root
        self.logs = logs
    }

    /// Recovers the log of an organization. No pass may run at the same time.
    /// - Parameter copy: the folder of a copy of the log; `nil` to begin a new epoch.
    /// - Returns: `nil` if the log is sound, and no recovery of it was interrupted: nothing was done.
    /// - Throws: `EvidenceError`, with code `missing` if there never was a log, and as
    ///   ``EvidenceLog/replace(_:with:)``; `ArchiveError` with code `locked` if a pass is running; `ManifestError`.
    package func run(_ organization: OrganizationName, from copy: LogFolder?) async throws -> Outcome? {
        try root.prepare()
        let lock = try PassLock.acquire(root)
        defer { withExtendedLifetime(lock) {} }
        let place = try logs.place(of: organization)
        let now = logs.now()
        let begun = try await logs.run { logs throws(EvidenceError) -> Outcome? in
            if try Self.holds(place) {
                guard try place.folder.isRecovering else { return nil }
                return Outcome(key: try logs.log(of: organization).key, isResumed: true)
            }
            try place.folder.noteRecovering()
            defer { logs.reopen() }
            guard let copy else {
                let opened = try EvidenceLog.beginEpoch(place, now: now)
                let first = try LogReader(place.folder, key: opened.log.key).entry(0)
                return Outcome(
                    key: opened.log.key,
                    previous: (try? LogEntry(first))?.previous,
                    newKeyFile: opened.isKeyNew ? logs.setup.keyFile.path : nil
                )
            }
            try EvidenceLog.replace(place, with: copy)
            return Outcome(key: try logs.log(of: organization).key)
        }
        guard var outcome = begun else { return nil }
        if try Manifest.exists(at: root.manifestPath) {
            let manifest = try Manifest(of: root, mode: .readWrite, recorder: logs.recorder)
            try await manifest.forgetLogged(organization)
            let adoption = try await LogAdoption(root: root, manifest: manifest, logs: logs).run()
            for (_, count) in adoption.adopted {
                outcome.archives += count.archives
                outcome.recordings += count.recordings
            }
            outcome.contradictions = adoption.contradictions
            outcome.recordings += try await adoptRest(organization, manifest, now: now)
            try manifest.close()
        }
        try await finish(organization)
        return outcome
    }

    // MARK: - After an interruption

    /// The organizations whose logs hold, and have not adopted everything yet because a recovery was interrupted. A log that
    /// does not hold needs another recovery first.
    func interrupted() async throws(EvidenceError) -> [OrganizationName] {
        try await logs.run { [root] logs throws(EvidenceError) -> [OrganizationName] in
            var organizations: [OrganizationName] = []
            for name in try LogFolder.recovering(in: root.logsPath) {
                let place = try logs.place(of: name)
                if (try? Self.holds(place)) == true { organizations.append(name) }
            }
            return organizations
        }
    }

    /// Logs what ``LogAdoption`` does not look at: open archives and closed days.
    /// - Returns: how many recordings were not in the log.
    func adoptRest(_ organization: OrganizationName, _ manifest: Manifest, now: Timestamp) async throws -> Int {
        let recordings = try await adoptOpen(organization, manifest)
        try await adoptClosings(organization, manifest, now: now)
        return recordings
    }

    /// Publishes what was adopted. Then the recovery has ended.
    func finish(_ organization: OrganizationName) async throws(EvidenceError) {
        try await logs.publish()
        try await logs.run { [root] _ throws(EvidenceError) in
            try LogFolder(organization, in: root.logsPath).noteRecovered()
        }
    }

    /// Whether the log can be written to as it is.
    /// - Throws: `missing` if there is no log and never was.
    private static func holds(_ place: EvidenceLog.Place) throws(EvidenceError) -> Bool {
        do throws(EvidenceError) {
            if try EvidenceLog.openExisting(place) != nil { return true }
        } catch {
            guard [.damaged, .rolledBack, .key].contains(error.code) else { throw error }
            return false
        }
        throw EvidenceError(
            .missing,
            "\(place.folder.path): there is no log, and never was; the next pass begins one",
            path: place.folder.path
        )
    }

    /// Logs closed days again if the log has no closing of them, or only one with another record.
    private func adoptClosings(_ organization: OrganizationName, _ manifest: Manifest, now: Timestamp) async throws {
        guard try await manifest.organizations().contains(where: { $0.name == organization }) else { return }
        let outlook = try await manifest.closingOutlook(organization)
        let noted = outlook.closed.union(outlook.reopened)
        guard let first = noted.min(), let last = noted.max() else { return }
        let folder = LogFolder(organization, in: root.logsPath)
        let ledger = try await BlockingWork.run { _ throws(EvidenceError) in try LogLedger.read(folder, key: nil) }
        var days: [ArchiveDay] = []
        for closed in try await manifest.dayCloses(organization, days: first...last) where closed.isCurrent {
            if try !ledger.isClosed(with: closed.record) { days.append(closed.record.day) }
        }
        for begin in stride(from: 0, to: days.count, by: Self.closingsAtOnce) {
            let part = Array(days[begin..<min(begin + Self.closingsAtOnce, days.count)])
            try await manifest.recordClosed(organization, days: part, now: now)
        }
    }

    /// How many closings one transaction records: each writes a file.
    private static let closingsAtOnce = 100

    /// Logs the recordings in the spool that the log lacks.
    /// - Returns: how many there were.
    private func adoptOpen(_ organization: OrganizationName, _ manifest: Manifest) async throws -> Int {
        var count = 0
        for open in try await manifest.openArchives() where open.name.organization == organization {
            var entries: [RecordingEntry] = []
            for try await line in EntryLines(journalOf: open.name, in: root, upTo: open.extent.journalBytes) {
                entries.append(line.entry)
            }
            let found = try await logs.run { [entries] logs throws(EvidenceError) in
                try logs.noteFound(entries, in: open.name)
            }
            try await manifest.noteLeaves(found.leaves, of: organization)
            count += found.fresh
        }
        return count
    }
}
