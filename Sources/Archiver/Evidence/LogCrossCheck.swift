import DailyArchive
import Evidence
import Files
import Manifest
import Recordings

/// Compares an evidence log with the archives on the disk and with the manifest, without reading archives from end to
/// end. `verify` reads them, and also compares each with the log.
package struct LogCrossCheck: Sendable {
    private let root: ArchiveRoot
    private let organization: OrganizationName
    /// `nil` if there is none, or none that can be read: then only the disk is compared.
    private let manifest: Manifest?

    package init(root: ArchiveRoot, organization: OrganizationName, manifest: Manifest?) {
        self.root = root
        self.organization = organization
        self.manifest = manifest
    }

    /// Everything that contradicts the log.
    /// - Throws: `EvidenceError` if the log does not hold; `ArchiveError`, `ManifestError`.
    package func faults(key: NoteKey?) async throws -> [LogReport.Fault] {
        let folder = LogFolder(organization, in: root.logsPath)
        // Before the log is read: a pass writes to the log first.
        let known = try await manifest?.sealedArchives(organization: organization) ?? []
        let ledger = try await BlockingWork.run { _ throws(EvidenceError) in try LogLedger.read(folder, key: key) }
        var faults: [LogReport.Fault] = []
        for archive in known { faults += try await compare(archive, ledger) }
        let evicted = Set(known.filter { $0.vault?.evictedTime != nil }.map(\.name))
        let rows = Dictionary(known.map { ($0.name, $0) }) { first, _ in first }
        faults += try await missing(ledger, knownTo: rows, besides: evicted)
        // A running pass writes to the log first and to the manifest a moment later.
        if try PassLock.holder(of: root) == nil {
            for open in try await manifest?.openArchives() ?? [] where open.name.organization == organization {
                let name = open.name
                let logged = ledger.archives[name.description]?.stored ?? ContentSum()
                if let fault = try await difference(name, root.openArchivePath(name), logged) { faults.append(fault) }
            }
        }
        return faults + (try await closings(ledger))
    }

    private func compare(_ archive: ArchiveRow, _ ledger: LogLedger) async throws -> [LogReport.Fault] {
        let path = root.archivePath(archive.name)
        guard let logged = ledger.archives[archive.name.description], let sealed = logged.sealed else {
            return [Self.fault(path, "the log does not say that it was sealed or adopted; the next pass adopts it")]
        }
        let members = try await manifest?.archivedRecordings(in: archive.name).collected() ?? []
        // Nothing counts any more in an archive that was damaged and replaced.
        if !members.isEmpty, !members.contains(where: \.isCounting) { return [] }
        guard sealed.digest == archive.digest else {
            let comparison = LogComparison(root: root, name: archive.name, entry: logged.entry, sealed: sealed)
            return try await comparison.faults(archive.digest).map { Self.fault(path, $0.message) }
        }
        // Only the log knows what was in it: whether that is lost is found out below.
        if members.isEmpty, archive.recordings > 0, archive.vault?.evictedTime == nil,
            try root.archives.byteCount(of: archive.name) == nil
        {
            return []
        }
        guard !logged.isAdopted else { return [] }
        let difference = try await difference(archive.name, path, logged.stored)
        return difference.map { [$0] } ?? []
    }

    /// - Returns: `nil` if the manifest has the same recordings in the archive as the log.
    private func difference(
        _ name: ArchiveName,
        _ path: String,
        _ logged: ContentSum
    ) async throws -> LogReport.Fault? {
        guard let manifest else { return nil }
        var held = ContentSum()
        for try await member in manifest.archivedRecordings(in: name) {
            try held.add(PayloadPath.of(member.taskID, member.file), member.digest.description)
        }
        guard held != logged else { return nil }
        let counts = held.count == logged.count ? "others" : "\(held.count), and the log \(logged.count)"
        return Self.fault(path, "the manifest and the log have different recordings in it: \(counts)")
    }

    /// Logged archives that are not on the disk, and logged recordings of archives that were never sealed.
    /// - Parameter evicted: those that were removed from the disk because the vault has them.
    private func missing(
        _ ledger: LogLedger,
        knownTo known: [ArchiveName: ArchiveRow],
        besides evicted: Set<ArchiveName>
    ) async throws -> [LogReport.Fault] {
        var faults: [LogReport.Fault] = []
        var unknown: [GoneArchive] = []
        let open = Set(try root.openArchives())
        for (text, logged) in ledger.archives.sorted(by: { $0.key < $1.key }) {
            guard let name = ArchiveName(text), name.organization == organization, !open.contains(name),
                !evicted.contains(name)
            else {
                continue
            }
            guard try root.archives.byteCount(of: name) == nil else { continue }
            let path = root.archivePath(name)
            if let sealed = logged.sealed {
                guard let row = known[name] else {
                    unknown.append(GoneArchive(name: name, sealed: sealed, entry: logged.entry))
                    continue
                }
                let members = try await manifest?.archivedRecordings(in: name).collected() ?? []
                let isResolved = members.isEmpty ? row.supersededBy != nil : !members.contains(where: \.isCounting)
                if isResolved { continue }
                faults.append(Self.missing(path, logged.entry))
            } else if logged.stored.count > 0 {
                let count = logged.stored.count
                faults.append(Self.fault(path, "the log has \(count) recordings stored in it, and it is missing"))
            }
        }
        return faults + (try await lost(unknown))
    }

    /// Those of the archives that the manifest does not know of which something is held nowhere else.
    private func lost(_ found: [GoneArchive]) async throws -> [LogReport.Fault] {
        guard !found.isEmpty else { return [] }
        // While the log was read, a pass may have sealed an archive, put it into the vault, and removed it from the disk.
        let known = Set(try await manifest?.sealedArchives(organization: organization).map(\.name) ?? [])
        let gone = found.filter { !known.contains($0.name) }
        let losses = try await GoneArchive.losses(among: gone, of: organization, manifest, in: root)
        return losses.map { Self.missing(root.archivePath($0.archive.name), $0.archive.entry) }
    }

    private static func missing(_ path: String, _ entry: Int64) -> LogReport.Fault {
        fault(path, "entry \(entry) says that it was sealed, and it is missing")
    }

    /// Days that are closed in the manifest, but reopened or closed with another record in the log.
    private func closings(_ ledger: LogLedger) async throws -> [LogReport.Fault] {
        guard let manifest, let first = ledger.days.keys.min(), let last = ledger.days.keys.max(),
            try await manifest.organizations().contains(where: { $0.name == organization })
        else { return [] }
        var faults: [LogReport.Fault] = []
        for closed in try await manifest.dayCloses(organization, days: first...last) where closed.isCurrent {
            guard let logged = ledger.days[closed.record.day] else { continue }
            guard try FileDigest.digest(of: closed.record.json) != logged else { continue }
            let what = logged == nil ? "says that it was opened again" : "has another record of it"
            faults.append(Self.fault(manifest.path, "\(closed.record.day) is closed, and the log \(what)"))
        }
        return faults
    }

    private static func fault(_ path: String, _ reason: String) -> LogReport.Fault {
        LogReport.Fault(path: path, reason: reason)
    }
}
