import Files
import Recordings

/// Holds sealed archives against their checksums, against themselves and against the manifest, and names every fault.
///
/// The file is read once. In that one reading the whole is hashed and each member by itself, and every witness is asked on
/// its own: the headers, the metadata, the bag's checksum files, the side file and the manifest. None excuses another:
/// anyone can make a side file anew. Memory: some hundred bytes a member, and what the caller holds of the manifest.
package struct ArchiveVerifier: Sendable {
    let onBytes: (@Sendable (Int) -> Void)?

    /// - Parameter onBytes: told of bytes as they are read, from any thread.
    package init(onBytes: (@Sendable (Int) -> Void)? = nil) {
        self.onBytes = onBytes
    }

    /// Verifies the archive at `path`. Several may run at once.
    /// - Parameters:
    ///   - quick: looks at names, sizes and the side file, and does not read the recordings.
    ///   - expected: what the manifest says; `nil` where the archive has to speak for itself.
    /// - Throws: `.cancelled` where the task was; everything else is a fault in the report.
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

/// One verification under way.
struct ArchiveCheck {
    let path: String
    let quick: Bool
    let expected: ExpectedArchive?
    let progress: ReadingProgress
    var report: VerificationReport
    /// Whether every byte is as it was sealed, by the manifest's checksum of the whole: then what its rows say otherwise
    /// is the manifest's fault and not the archive's.
    private(set) var isAsManifestSays = false
    /// Whose recordings they are, by the first line of the metadata that says it.
    var organizationID: OrganizationID?
    /// How many lines `metadata/tasks.jsonl` has.
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
                note(.notAnArchive, "\(path) is no daily archive")
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
            // What may not be read, or not just now, is not damaged.
            if error.code == .inputOutput || error.code == .damaged { try checkSingly() }
        }
        explainDigest()
        excuseSuperseded()
        return report
    }

    /// Where the disk does not give the archive back from end to end, each recording is tried by itself.
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
            if !isWhole { note(.recordingDamaged, listed, "cannot be read as it was archived") }
        }
    }

    /// An archive with recordings that were repaired or explained has another checksum than it was sealed with, for that
    /// reason alone if every other member is as it should be.
    private mutating func explainDigest() {
        let others = report.faults.filter { $0.kind != .archiveDigest && !$0.isWarning }
        guard !others.isEmpty, others.allSatisfy({ !$0.isStanding }) else { return }
        for index in report.faults.indices where report.faults[index].kind == .archiveDigest {
            excuse(index, others.compactMap(\.repairedBy).last)
        }
    }

    /// Nothing that is wrong with an archive matters any more of which no recording counts: others have all of them, or
    /// they are lost and explained.
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

    /// What the archive calls itself, as far as the name of the file says: faults may be found before it is read.
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
        let source = try SequentialReader(
            path,
            options: quick ? [] : [.digesting, .fromDisk],
            windowSize: quick ? SequentialReader.smallWindow : SequentialReader.largeWindow,
            progress: progress
        )
        let index = try ArchiveIndex(source, readingContents: !quick)
        if !quick { report.digest = source.digest }
        report.name = index.folder.flatMap { ArchiveName($0) }
        return index
    }

    /// Whether nothing in the file, or about it, says that it ever was a daily archive.
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
        for stranger in index.strangers {
            note(
                .memberUnexpected,
                "\(path) has a member that belongs to no daily archive, comes twice, or is out of order: \(stranger.path)",
                member: stranger.path,
                offset: stranger.headerOffset
            )
        }
        if !index.hasEnd, !index.damages.contains(where: { $0.kind == .truncated }) {
            note(.end, "\(path) has no end", offset: report.byteCount)
        }
    }
}
