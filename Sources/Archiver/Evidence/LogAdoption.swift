import DailyArchive
import Evidence
import Files
import Logging
import Manifest
import Recordings

/// Looks for the log entry of each sealed archive that the manifest does not know to be logged, and adopts the archives
/// that the log lacks: those from before there was a log, and those that were copied into the root. From then on the
/// log proves what is in them; it proves nothing about the time before.
struct LogAdoption: Sendable {
    let root: ArchiveRoot
    let manifest: Manifest
    let logs: EvidenceLogs

    /// The outcome.
    struct Outcome: Sendable {
        /// How many archives and recordings were added to the log.
        var adopted: [OrganizationName: (archives: Int, recordings: Int)] = [:]
        /// Archives that differ from what the log says was sealed.
        var contradictions: [(archive: ArchiveName, message: String)] = []
    }

    private static let groupSize = 500

    func run() async throws -> Outcome {
        var outcome = Outcome()
        var known: [ArchiveName] = []
        for archive in try await manifest.unloggedArchives() {
            let name = archive.name
            let logged = try await logs.run { logs throws(EvidenceError) in
                try LoggedArchive.find(name, in: logs.log(of: name.organization))
            }
            if let sealed = logged.sealed {
                guard sealed.digest == archive.digest else {
                    outcome.contradictions.append((name, Self.message(sealed, archive)))
                    continue
                }
                try await manifest.noteLeaves(logged.leaves, of: name.organization)
            } else {
                let recordings = try await adopt(archive, logged)
                outcome.adopted[name.organization, default: (0, 0)].archives += 1
                outcome.adopted[name.organization, default: (0, 0)].recordings += recordings
            }
            known.append(name)
        }
        try await manifest.noteLogged(known)
        return outcome
    }

    static func message(_ sealed: LoggedArchive.Sealing, _ archive: ArchiveRow) -> String {
        "it has SHA-256 \(archive.digest), and the evidence log says that it was sealed with \(sealed.digest): it was "
            + "changed and its checksums with it; restore the archive as it was sealed"
    }

    /// Logs its recordings first, so that the next run resumes an interrupted adoption.
    /// - Returns: how many recordings were not in the log.
    private func adopt(_ archive: ArchiveRow, _ logged: LoggedArchive) async throws -> Int {
        let name = archive.name
        try await manifest.noteLeaves(logged.leaves, of: name.organization)
        var group: [RecordLine] = []
        var count = 0
        do {
            for try await line in try await ArchiveMetadata.open(name, in: root.archives).records
            where !logged.has(line.entry) {
                group.append(line)
                count += 1
                guard group.count >= Self.groupSize else { continue }
                try await note(&group, in: name)
            }
        } catch let error as ArchiveError where error.code != .cancelled {
            // A damaged archive is adopted as a whole: its expected checksum is known.
        }
        try await note(&group, in: name)
        _ = try await logs.run { logs throws(EvidenceError) in
            try logs.append([
                LogEntry(
                    .archiveAdopted,
                    time: logs.now(),
                    actor: logs.actor,
                    organization: name.organization,
                    [
                        .archive: .text(name.description), .sha256: .digest(archive.digest),
                        .recordings: .number(Int64(archive.recordings)), .bytes: .number(archive.byteCount),
                    ]
                )
            ])
        }
        return count
    }

    private func note(_ group: inout [RecordLine], in name: ArchiveName) async throws {
        let lines = group
        group = []
        guard !lines.isEmpty else { return }
        let leaves = try await logs.run { logs throws(EvidenceError) in
            try logs.append(lines.map { logs.stored($0.entry, $0.record, in: name) })
        }
        try await manifest.noteLeaves(zip(lines, leaves).map { RecordingLeaf($0.entry, $1) }, of: name.organization)
    }
}

extension PassContext {
    /// Makes the evidence log and the manifest know the same sealed archives, and finishes recoveries of logs that were
    /// interrupted. From then on, an archive that differs from what the log says counts as damaged.
    func agreeWithLogs() async throws {
        let recovery = LogRecovery(root: root, logs: evidence)
        let interrupted = try await recovery.interrupted()
        for organization in interrupted { try await manifest.forgetLogged(organization) }
        var outcome = try await LogAdoption(root: root, manifest: manifest, logs: evidence).run()
        for organization in interrupted {
            let recordings = try await recovery.adoptRest(organization, manifest, now: now())
            if recordings > 0 { outcome.adopted[organization, default: (0, 0)].recordings += recordings }
            try await recovery.finish(organization)
        }
        for (organization, count) in outcome.adopted.sorted(by: { $0.key < $1.key }) {
            observer(.adopted(organization, archives: count.archives, recordings: count.recordings))
        }
        for (name, message) in outcome.contradictions {
            var finding = ReadingFinding()
            (finding.faults, finding.ownFaults, finding.ownFault) = (1, 1, message)
            try await manifest.noteRead(name, finding, by: actor, now: now())
            observer(.recovered(name, message))
        }
    }

    /// Publishes accepted entries although something failed. That failure is the one to report, so this one is only a
    /// warning.
    func publishDespiteFailure() async {
        do {
            try await evidence.publish()
        } catch {
            logger.warning("the evidence log is not published", metadata: ["error": "\(error)"])
        }
    }
}
