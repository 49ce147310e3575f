import Files
import Recordings

extension ArchiveVerifier {
    /// Compares an open archive with the manifest: each recording, header and padding of its tar, and each line of its
    /// journal, up to the extent that the manifest has. Several may run at once, and while a pass runs.
    /// - Parameter quick: checks sizes only.
    /// - Throws: `.cancelled` if the task was; anything else is a fault in the report.
    package func verify(
        open name: ArchiveName,
        in root: ArchiveRoot,
        quick: Bool = false,
        expected: ExpectedOpenArchive
    ) async throws(ArchiveError) -> VerificationReport {
        try await BlockingWork.run(reporting: onBytes) { progress throws(ArchiveError) in
            var verification = OpenVerification(root, name, expected, progress)
            try verification.run(quick: quick)
            return verification.report
        }
    }
}

/// One verification of an open archive in progress.
private struct OpenVerification {
    private let name: ArchiveName
    private let tarPath: String
    private let journalPath: String
    private let extent: ArchiveExtent
    /// In the order of the archive.
    private let rows: [ExpectedRecording]
    private let progress: ReadingProgress
    private(set) var report: VerificationReport

    init(_ root: ArchiveRoot, _ name: ArchiveName, _ expected: ExpectedOpenArchive, _ progress: ReadingProgress) {
        self.name = name
        tarPath = root.openArchivePath(name)
        journalPath = root.journalPath(name)
        extent = expected.extent
        rows = expected.recordings.sorted { $0.offset < $1.offset }
        self.progress = progress
        report = VerificationReport(path: tarPath)
        report.name = name
        report.recordingCount = rows.count
        report.byteCount = extent.tarBytes
    }

    mutating func run(quick: Bool) throws(ArchiveError) {
        try guarded(tarPath) { (self) throws(ArchiveError) in try self.checkTar(quick) }
        try guarded(journalPath) { (self) throws(ArchiveError) in try self.checkJournal(quick) }
    }

    /// Turns an error into a fault, so that the verification continues.
    private mutating func guarded(
        _ path: String,
        _ body: (inout OpenVerification) throws(ArchiveError) -> Void
    ) throws(ArchiveError) {
        do throws(ArchiveError) {
            try body(&self)
        } catch  where error.code != .cancelled {
            note(.archiveUnreadable, "\(path) cannot be read to its end: \(error.message)")
        }
    }

    private mutating func checkTar(_ quick: Bool) throws(ArchiveError) {
        guard let size = try FileSystem.size(of: tarPath) else {
            if extent.tarBytes > 0 { note(.archiveMissing, "\(tarPath) is missing") }
            for row in rows { note(.recordingMissing, row, "is missing") }
            return
        }
        if size < extent.tarBytes {
            note(.truncated, "\(tarPath) has \(size) bytes; the manifest says \(extent.tarBytes)", at: size)
        }
        guard !quick else { return }
        let tar = try FileSource(tarPath)
        let found = try walk(tar, size)
        for row in rows {
            let member = found[row.offset]
            if member?.isPlain == false { note(.header, row, "has a header that was not written") }
            let isNamed = member?.path == "\(name)/\(row.payloadPath)" && member?.byteCount == row.byteCount
            if member != nil, !isNamed { note(.recordingMisplaced, row, "has a different name or size in the tar") }
            if isNamed, member?.digest == row.digest { continue }
            // A recording may be intact although its header is not.
            if try tar.digest(at: row.offset, byteCount: row.byteCount, progress: progress) != row.digest {
                note(.recordingDamaged, row, "does not have the checksum that was recorded")
            }
        }
        let known = Set(rows.map(\.offset))
        for (offset, member) in found.sorted(by: { $0.key < $1.key }) where !known.contains(offset) {
            note(.memberUnexpected, "\(tarPath) has \(member.path), which the manifest does not know", at: offset)
        }
    }

    private typealias Found = (path: String, byteCount: Int64, digest: ContentDigest?, isPlain: Bool)

    /// The members by their offsets. Damage is added to the report on the way.
    private mutating func walk(_ source: any ByteSource, _ size: Int64) throws(ArchiveError) -> [Int64: Found] {
        let end = max(0, min(size, extent.tarBytes))
        let reader = SequentialReader(source, range: 0..<end, options: .fromDisk, progress: progress)
        var tar = TarReader(reader, folder: name.description)
        var found: [Int64: Found] = [:]
        while let item = try tar.next() {
            switch item {
            case .member(let member):
                found[member.offset] = (member.path, member.byteCount, try tar.digestOfContent(), member.isPlain)
            case .damage(let damage): note(damage, end)
            case .end(let offset): note(.end, "\(tarPath) has an end in the middle", at: offset)
            }
        }
        return found
    }

    private mutating func note(_ damage: TarDamage, _ end: Int64) {
        let owner =
            damage.kind == .padding
            ? rows.last { $0.offset <= damage.offset } : rows.first { $0.offset > damage.offset }
        switch damage.kind {
        case .header: note(.header, owner, "\(tarPath) has a damaged header at offset \(damage.offset)", damage.offset)
        case .padding:
            let message = "\(tarPath) has bytes where there should be zeros, at offset \(damage.offset)"
            note(.padding, owner, message, damage.offset)
        case .end: note(.end, "\(tarPath) has an end in the middle", at: damage.offset)
        // An open tar has no end, and one that is too short is already reported.
        case .truncated: break
        }
    }

    private mutating func checkJournal(_ quick: Bool) throws(ArchiveError) {
        let size = try FileSystem.size(of: journalPath) ?? 0
        if size < extent.journalBytes {
            note(.journal, "\(journalPath) has \(size) bytes; the manifest says \(extent.journalBytes)", at: size)
        }
        guard !quick, size > 0 else { return }
        var missing = Dictionary(rows.map { ($0.offset, $0) }) { first, _ in first }
        let range = 0..<max(0, min(size, extent.journalBytes))
        let lines = LineReader(try SequentialReader(journalPath, range: range, progress: progress))
        while let line = try lines.next() {
            guard let entry = try? RecordingEntry(jsonLine: line.bytes), entry.isWhole(line.bytes) else {
                note(.journal, "\(journalPath) has a damaged line at offset \(line.offset)", at: line.offset)
                continue
            }
            guard let row = missing.removeValue(forKey: entry.offset) else {
                note(.manifest, "\(entry.payloadPath) in \(journalPath) is not in the manifest", at: line.offset)
                continue
            }
            let isSame =
                row.byteCount == entry.stored.byteCount && row.digest == entry.stored.digest
                && row.payloadPath == entry.payloadPath
            if !isSame { note(.manifest, row, "differs between the manifest and the journal") }
        }
        for row in missing.values.sorted(by: { $0.offset < $1.offset }) {
            note(.journal, row, "has no whole line in the journal")
        }
    }

    private mutating func note(_ kind: ArchiveFault.Kind, _ row: ExpectedRecording, _ what: String) {
        note(kind, row, "\(row.payloadPath) in \(tarPath), at offset \(row.offset), \(what)", row.offset)
    }

    private mutating func note(_ kind: ArchiveFault.Kind, _ message: String, at offset: Int64? = nil) {
        note(kind, nil, message, offset)
    }

    private mutating func note(
        _ kind: ArchiveFault.Kind,
        _ row: ExpectedRecording?,
        _ message: String,
        _ offset: Int64?
    ) {
        report.faults.append(
            ArchiveFault(
                kind: kind,
                archive: name.description,
                taskID: row?.taskID,
                member: row?.payloadPath,
                offset: offset,
                message: message
            )
        )
    }
}
