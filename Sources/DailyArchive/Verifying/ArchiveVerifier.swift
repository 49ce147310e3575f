import Files
import Recordings

/// Compares sealed archives with their checksums, with themselves and with the manifest, and reports every fault.
///
/// The file is read once. This one reading hashes the whole and each member. Each source of checksums is then compared
/// independently: the headers, the metadata, the bag's checksum files, the side file and the manifest. Agreement with
/// one does not excuse disagreement with another, because anyone can write a side file again. It needs some hundred
/// bytes of memory per member, in addition to what the caller holds of the manifest.
package struct ArchiveVerifier: Sendable {
    let onBytes: (@Sendable (Int) -> Void)?

    /// - Parameter onBytes: called with the number of bytes that were read, from any thread.
    package init(onBytes: (@Sendable (Int) -> Void)? = nil) {
        self.onBytes = onBytes
    }

    /// Verifies the archive at `path`. Several may run at once.
    /// - Parameters:
    ///   - quick: checks names, sizes and the side file, and does not read the recordings.
    ///   - expected: what the manifest says; `nil` to check the archive against its own checksums only.
    /// - Throws: `.cancelled` if the task was; anything else is a fault in the report.
    package func verify(
        path: String,
        quick: Bool = false,
        expected: ExpectedArchive? = nil
    ) async throws(ArchiveError) -> VerificationReport {
        try await BlockingWork.run(reporting: onBytes) { progress throws(ArchiveError) in
            var verification = ArchiveCheck(path: path, quick: quick, expected: expected, progress: progress)
            return try verification.run()
        }
    }
}

/// One verification in progress.
struct ArchiveCheck {
    let path: String
    let quick: Bool
    let expected: ExpectedArchive?
    let progress: ReadingProgress
    /// The archive's bytes; `nil` until it is opened.
    private(set) var source: (any ByteSource)?
    var report: VerificationReport
    /// Whether every byte is as it was sealed, by the manifest's checksum of the whole. If the manifest's rows differ
    /// then, the manifest is wrong and not the archive.
    private(set) var isAsManifestSays = false
    /// The organization of the recordings, from the first line of the metadata.
    var organizationID: OrganizationID?
    /// The number of lines in `metadata/tasks.jsonl`.
    var taskCount = 0

    init(path: String, quick: Bool, expected: ExpectedArchive?, progress: ReadingProgress) {
        self.path = path
        self.quick = quick
        self.expected = expected
        self.progress = progress
        report = VerificationReport(path: path)
    }

    mutating func run() throws(ArchiveError) -> VerificationReport {
        do throws(ArchiveError) {
            guard let status = try FileSystem.status(of: path) else {
                note(.archiveMissing, "\(path) is missing")
                for row in expected?.recordings ?? [] { note(.recordingMissing, ListedRecording(row), "is missing") }
                excuseSuperseded()
                return report
            }
            report.byteCount = status.byteCount
            if status.mode & 0o222 != 0 { note(.archiveWritable, "\(path) can be written to; its mode should be 0440") }
            if let expected, expected.byteCount != status.byteCount {
                note(.archiveSize, "\(path) has \(status.byteCount) bytes; the manifest says \(expected.byteCount)")
            }
            let recorded = readSideFile()
            let index = try readArchive()
            if isOfAnotherKind(index) {
                report.faults = []
                note(.notAnArchive, "\(path) is not a daily archive")
                return report
            }
            checkDigest(recorded)
            checkStructure(index)
            let trusted = try checkTagFiles(index)
            try checkListing(index, trusted: trusted)
            try checkTasks(index)
            try checkInformation(index)
            try checkDayClose(index)
        } catch  where error.code != .cancelled {
            note(.archiveUnreadable, "\(path) cannot be read to its end: \(error.message)")
            // A file that cannot be read for another reason, such as its permissions, is not damaged.
            if error.code == .inputOutput || error.code == .damaged { try checkSingly() }
        }
        explainDigest()
        excuseSuperseded()
        return report
    }

    /// Reads each recording that the manifest has on its own, after the archive could not be read to its end.
    private mutating func checkSingly() throws(ArchiveError) {
        guard !quick else { return }
        let named = Set(report.faults.filter { $0.kind == .recordingDamaged }.compactMap(\.offset))
        for row in expected?.recordings ?? [] where !named.contains(row.offset) {
            let listed = ListedRecording(row)
            report.recordingCount += 1
            var isWhole = false
            do throws(ArchiveError) {
                isWhole = try digest(of: listed) == row.digest
            } catch  where error.code != .cancelled {}
            if !isWhole { note(.recordingDamaged, listed, "cannot be read back as archived") }
        }
    }

    /// Excuses a wrong checksum of the whole. An archive with recordings that were repaired or explained no longer has
    /// the checksum that it was sealed with. If everything else is right, this is the only reason.
    private mutating func explainDigest() {
        let others = report.faults.filter { $0.kind != .archiveDigest && !$0.isWarning }
        guard !others.isEmpty, others.allSatisfy({ !$0.isStanding }) else { return }
        for index in report.faults.indices where report.faults[index].kind == .archiveDigest {
            excuse(index, others.compactMap(\.repairedBy).last)
        }
    }

    /// Excuses every fault of an archive in which no recording counts any more: other archives have them all, or they
    /// are lost and explained.
    private mutating func excuseSuperseded() {
        guard let expected, !expected.recordings.isEmpty || expected.supersededBy != nil,
            expected.recordings.allSatisfy({ $0.replacedBy != nil || $0.isExplained })
        else { return }
        let repair = expected.recordings.compactMap(\.replacedBy).max() ?? expected.supersededBy
        for index in report.faults.indices
        where report.faults[index].isStanding && report.faults[index].kind != .manifest {
            excuse(index, repair)
        }
    }

    private mutating func excuse(_ index: Int, _ repair: ArchiveName?) {
        report.faults[index].repairedBy = repair
        report.faults[index].isExplained = repair == nil
    }

    mutating func note(
        _ kind: ArchiveFault.Kind,
        _ message: String,
        taskID: TaskID? = nil,
        member: String? = nil,
        offset: Int64? = nil,
        repairedBy: ArchiveName? = nil,
        isExplained: Bool = false
    ) {
        let fault = ArchiveFault(
            kind: kind,
            archive: (report.name ?? nameOfFile)?.description ?? path,
            taskID: taskID,
            member: member,
            offset: offset,
            message: message,
            repairedBy: repairedBy,
            isExplained: isExplained
        )
        report.faults.append(fault)
    }

    /// The archive's name by the name of its file, for faults that are found before the archive is read.
    private var nameOfFile: ArchiveName? {
        let fileName = path.split(separator: "/").last ?? ""
        return fileName.hasSuffix(".tar") ? ArchiveName(String(fileName.dropLast(4))) : nil
    }

    private mutating func readSideFile() -> ContentDigest? {
        let place = SideFile.path(besides: path)
        do throws(ArchiveError) {
            guard let side = try SideFile.read(besides: path) else {
                note(.sideFile, "\(place) is missing")
                return nil
            }
            let fileName = path.split(separator: "/").last.map(String.init) ?? path
            if side.fileName != fileName { note(.sideFile, "\(place) is about \(side.fileName), not \(fileName)") }
            if let expected, side.digest != expected.digest {
                note(.sideFile, "\(place) says \(side.digest); the manifest says \(expected.digest)")
            }
            return side.digest
        } catch {
            note(.sideFile, error.message)
            return nil
        }
    }

    private mutating func readArchive() throws(ArchiveError) -> ArchiveIndex {
        let source = try FileSource(path)
        self.source = source
        let reader = SequentialReader(
            source,
            options: quick ? [] : [.digesting, .fromDisk],
            windowSize: quick ? SequentialReader.smallWindow : SequentialReader.largeWindow,
            progress: progress
        )
        let index = try ArchiveIndex(reader, readingContents: !quick)
        if !quick { report.digest = reader.digest }
        report.name = index.folder.flatMap { ArchiveName($0) }
        return index
    }

    /// Whether nothing in the file, or about it, suggests that it ever was a daily archive.
    private func isOfAnotherKind(_ index: ArchiveIndex) -> Bool {
        expected == nil && nameOfFile == nil && report.name == nil && index.places.isEmpty && index.tags.isEmpty
    }

    private mutating func checkDigest(_ recorded: ContentDigest?) {
        guard let digest = report.digest else { return }
        isAsManifestSays = digest == expected?.digest
        if let expected, expected.digest != digest {
            note(.archiveDigest, "\(path) has the checksum \(digest); the manifest says \(expected.digest)")
        }
        if let recorded, recorded != digest {
            note(.archiveDigest, "\(path) has the checksum \(digest); its side file says \(recorded)")
        }
    }

    private mutating func checkStructure(_ index: ArchiveIndex) {
        if report.name == nil {
            note(.memberUnexpected, "the members of \(path) are not in a folder named as a daily archive")
        } else if let name = report.name, path.split(separator: "/").last.map(String.init) != "\(name).tar" {
            note(.archiveName, "\(path) contains the archive \(name): its file must be named \(name).tar")
        }
        for member in index.odd {
            note(
                .header,
                "\(path) has a header at offset \(member.headerOffset), at \(member.path), with fields or records that no"
                    + " daily archive has",
                member: member.path,
                offset: member.headerOffset
            )
        }
        for foreign in index.foreignMembers {
            note(
                .memberUnexpected,
                "\(path) has a member that belongs to no daily archive, comes twice, or is out of order: \(foreign.path)",
                member: foreign.path,
                offset: foreign.headerOffset
            )
        }
        if !index.hasEnd, !index.damages.contains(where: { $0.kind == .truncated }) {
            note(.end, "\(path) has no end", offset: report.byteCount)
        }
    }
}
