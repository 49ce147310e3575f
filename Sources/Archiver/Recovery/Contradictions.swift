import DailyArchive
import Files
import Manifest
import Recordings

/// Where the manifest that a rebuild replaces disagrees with the archives: recordings that no archive has any more, and
/// different checksums.
///
/// If an archive has the size and checksum that the manifest has, its recordings are those of the manifest too. So
/// recordings are compared in the other archives only, for the person who has to decide. What only the archives have is
/// no contradiction: a manifest from a backup does not know it yet.
package struct Contradictions: Sendable {
    /// How many are named; the rest are only counted, because all archives may be gone.
    private static let namedFaults = 1000

    /// The first of them, by archive.
    package private(set) var faults: [ArchiveFault] = []
    /// How many there are in total.
    package private(set) var count = 0

    package var isEmpty: Bool { count == 0 }

    mutating func add(_ fault: ArchiveFault) {
        count += 1
        if faults.count < Self.namedFaults { faults.append(fault) }
    }

    private mutating func add(
        _ archive: ArchiveName,
        _ message: String,
        of member: ArchivedMember? = nil
    ) {
        add(
            ArchiveFault(
                kind: .manifest,
                archive: archive.description,
                taskID: member?.taskID,
                member: member?.file.description,
                offset: member?.offset,
                message: message
            )
        )
    }
}

extension Contradictions {
    /// Compares everything in `former` with what was read from the archives into `draft`.
    /// - Parameter path: the former manifest; its recordings are compared too if it is intact and of this version.
    /// - Throws: `ManifestError` if the draft cannot be read; `CancellationError`.
    static func find(
        _ former: FormerManifest,
        at path: String,
        draft: Manifest,
        root: ArchiveRoot
    ) async throws -> Contradictions {
        var found = Contradictions()
        let known = former.isSound ? try readable(path, spool: draft.spool) : nil
        defer { try? known?.close() }
        for archive in former.archives {
            let now = try await draft.sealedArchive(archive.name)
            if let now, now.digest == archive.digest, now.byteCount == archive.byteCount { continue }
            // An archive with recordings that no longer count is known to be damaged.
            let isKnown = try await known?.archivedRecordings(in: archive.name).contains { !$0.isCounting } ?? false
            if now == nil || !isKnown { found.add(archive.name, message(archive, now)) }
            guard let known else { continue }
            try await found.compare(archive.name, known, draft)
        }
        guard let known else { return found }
        for name in try await known.openArchives().map(\.name) {
            if try await draft.sealedArchive(name) != nil { try await found.compare(name, known, draft) }
        }
        let open = Set(try await known.openArchives().map(\.name))
        try await VerificationRun(root: root, manifest: known).run(names: open) { report in
            for fault in report.standingFaults { found.add(fault) }
        }
        return found
    }

    /// - Returns: `nil` for a manifest of an earlier version.
    private static func readable(_ path: String, spool: CanonicalUUID) throws -> Manifest? {
        do throws(ManifestError) {
            return try Manifest(path: path, mode: .readOnly, spool: spool)
        } catch {
            if error.code == .older { return nil }
            throw error
        }
    }

    private static func message(_ archive: ArchiveRow, _ now: ArchiveRow?) -> String {
        let known = "the old manifest knows \(archive.name) with \(archive.recordings) recordings"
        guard let now else { return "\(known), which is missing or could not be read" }
        return
            "\(known), \(archive.byteCount) bytes and SHA-256 \(archive.digest); it has \(now.recordings) recordings, "
            + "\(now.byteCount) bytes and SHA-256 \(now.digest)"
    }

    private mutating func compare(_ name: ArchiveName, _ known: Manifest, _ draft: Manifest) async throws {
        var present: [Member: ArchivedMember] = [:]
        for try await member in draft.archivedRecordings(in: name) { present[Member(member)] = member }
        for try await member in known.archivedRecordings(in: name) where member.isCounting {
            let recording = "\(member.file) of task \(member.taskID)"
            guard let now = present[Member(member)] else {
                add(
                    name,
                    "\(recording), which the old manifest knows with SHA-256 \(member.digest), is not in it",
                    of: member
                )
                continue
            }
            guard now.digest != member.digest else { continue }
            add(
                name,
                "\(recording) has SHA-256 \(now.digest), and the old manifest knows \(member.digest)",
                of: member
            )
        }
    }

    private struct Member: Hashable {
        var taskID: TaskID
        var file: FileName

        init(_ member: ArchivedMember) {
            taskID = member.taskID
            file = member.file
        }
    }
}
