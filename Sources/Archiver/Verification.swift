import DailyArchive
import Foundation
import Manifest
import Recordings

/// Holds what is kept against its checksums: every sealed archive against itself, its side file and the manifest, and
/// every recording in the spool against the manifest.
package struct Verification: Sendable {
    private let root: ArchiveRoot
    private let manifest: Manifest?
    private let onBytes: @Sendable (Int) -> Void

    /// What is to be looked at.
    package struct Scope: Hashable, Sendable {
        package var organization: OrganizationName?
        package var day: ArchiveDay?
        /// Names, sizes and side files only.
        package var isQuick: Bool

        package init(organization: OrganizationName? = nil, day: ArchiveDay? = nil, isQuick: Bool = false) {
            self.organization = organization
            self.day = day
            self.isQuick = isQuick
        }

        fileprivate func covers(_ name: ArchiveName) -> Bool {
            (organization == nil || name.organization == organization) && (day == nil || name.day == day)
        }
    }

    /// What came of it.
    package struct Summary: Hashable, Sendable {
        package var archives = 0
        package var recordings = 0
        package var bytes: Int64 = 0
        package var faults = 0

        package init() {}
    }

    /// - Parameters:
    ///   - manifest: `nil` where there is none: then the archives speak for themselves.
    ///   - onBytes: told of bytes as they are read, from any thread.
    package init(root: ArchiveRoot, manifest: Manifest?, onBytes: @escaping @Sendable (Int) -> Void = { _ in }) {
        self.root = root
        self.manifest = manifest
        self.onBytes = onBytes
    }

    /// Looks at everything in `scope`, on all cores.
    /// - Parameter report: told of each archive as it is done, sound or not, one at a time.
    package func run(_ scope: Scope, report: (VerificationReport) throws -> Void) async throws -> Summary {
        var summary = Summary()
        let rows = try await manifest?.sealedArchives(organization: scope.organization, day: scope.day) ?? []
        let known = Dictionary(uniqueKeysWithValues: rows.map { ($0.name, $0) })
        let present = try root.sealedArchives().filter(scope.covers)
        let names = Set(known.keys).union(present).sorted()
        try await withThrowingTaskGroup(of: VerificationReport.self) { group in
            var waiting = names[...]
            for _ in 0..<ProcessInfo.processInfo.activeProcessorCount {
                guard let name = waiting.popFirst() else { break }
                group.addTask { try await verify(name, known[name], scope) }
            }
            while let done = try await group.next() {
                summary.add(done)
                try report(done)
                if let name = waiting.popFirst() { group.addTask { try await verify(name, known[name], scope) } }
            }
        }
        if let spool = try await verifySpool(scope), !spool.isSound || spool.recordingCount > 0 {
            summary.recordings += spool.recordingCount
            summary.bytes += spool.byteCount
            summary.faults += spool.faults.count
            try report(spool)
        }
        return summary
    }

    /// Looks at one archive wherever it lies, with the manifest's word on it where there is one.
    package func run(archive path: String, isQuick: Bool) async throws -> VerificationReport {
        let fileName = path.split(separator: "/").last.map(String.init) ?? path
        let name = fileName.hasSuffix(".tar") ? ArchiveName(fileName.dropLast(4)) : nil
        var expected: ExpectedArchive?
        if let name, let row = try await manifest?.sealedArchive(name) { expected = try await self.expected(row) }
        return try await ArchiveVerifier(onBytes: onBytes).verify(path: path, quick: isQuick, expected: expected)
    }

    private func verify(_ name: ArchiveName, _ row: ArchiveRow?, _ scope: Scope) async throws -> VerificationReport {
        let path = root.archivePath(name)
        var expected: ExpectedArchive?
        if let row { expected = try await self.expected(row) }
        var report = try await ArchiveVerifier(onBytes: onBytes).verify(
            path: path,
            quick: scope.isQuick,
            expected: expected
        )
        if row == nil, manifest != nil {
            report.faults.append(
                ArchiveFault(
                    kind: .manifest,
                    archive: name.description,
                    message:
                        "the manifest knows no archive \(name), which stands at \(path); `callark rebuild` takes it in"
                )
            )
        }
        return report
    }

    private func expected(_ row: ArchiveRow) async throws -> ExpectedArchive {
        var recordings: [ExpectedRecording] = []
        guard let manifest else { return ExpectedArchive(byteCount: row.byteCount, digest: row.digest, recordings: []) }
        for try await member in manifest.archivedRecordings(in: row.name) {
            recordings.append(
                ExpectedRecording(
                    taskID: member.taskID,
                    file: member.file,
                    offset: member.offset,
                    byteCount: member.byteCount,
                    digest: member.digest
                )
            )
        }
        return ExpectedArchive(byteCount: row.byteCount, digest: row.digest, recordings: recordings)
    }

    /// Reads every stored recording back from the spool.
    private func verifySpool(_ scope: Scope) async throws -> VerificationReport? {
        guard let manifest else { return nil }
        var report = VerificationReport(path: root.spoolPath)
        let filter = ListFilter(organization: scope.organization, day: scope.day, state: .recording(.stored))
        let anywhen = Standpoint(now: Timestamp(Date()), today: ArchiveDay(Timestamp(Date()), in: .gmt), horizon: .zero)
        for try await case .recording(let row) in manifest.entries(filter, at: anywhen) {
            guard let held = row.held else { continue }
            report.recordingCount += 1
            report.byteCount += held.byteCount
            guard !scope.isQuick, let fault = await fault(of: row, held) else { continue }
            // It may have been sealed since the row was read; then it is its archive's affair.
            let now = try await manifest.recordings(of: row.key.taskID, organization: row.organization)
            if now.contains(where: { $0.row == row.row && $0.state == .stored }) { report.faults.append(fault) }
        }
        return report
    }

    private func fault(of row: RecordingRow, _ held: RecordingRow.Held) async -> ArchiveFault? {
        let path = root.openArchivePath(held.archive)
        do throws(ArchiveError) {
            try await ArchiveReader.check(
                path,
                offset: held.offset,
                byteCount: held.byteCount,
                expecting: held.digest
            )
            return nil
        } catch {
            return ArchiveFault(
                kind: error.code == .missing ? .recordingMissing : .recordingDamaged,
                archive: held.archive.description,
                taskID: row.key.taskID,
                member: "data/\(FileName(sanitizing: row.key.taskID.description))/\(row.file)",
                offset: held.offset,
                message: "task \(row.key.taskID): \(error.message)"
            )
        }
    }
}

extension Verification.Summary {
    fileprivate mutating func add(_ report: VerificationReport) {
        archives += 1
        recordings += report.recordingCount
        bytes += report.byteCount
        faults += report.faults.count
    }
}
