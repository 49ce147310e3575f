import DailyArchive
import Evidence
import Files
import Foundation
import Manifest
import Recordings

/// How a verification checks one archive.
struct ArchiveChecking: Sendable {
    let root: ArchiveRoot
    let manifest: Manifest?
    let isQuick: Bool
    let onBytes: @Sendable (Int) -> Void
    /// What the evidence logs say.
    let ledgers: LogLedgers

    /// Checks sealed archives, as many at once as there are processors, and reports them in the order of `names`.
    func verify(
        _ names: [ArchiveName],
        _ known: [ArchiveName: ArchiveRow],
        _ report: (VerificationReport) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: (Int, VerificationReport).self) { group in
            var waiting = Array(names.enumerated())[...]
            var done: [Int: VerificationReport] = [:]
            var reported = 0
            func begin() {
                guard let (place, name) = waiting.popFirst() else { return }
                group.addTask { (place, try await verify(name, known[name])) }
            }
            for _ in 0..<ProcessInfo.processInfo.activeProcessorCount { begin() }
            while let (place, result) = try await group.next() {
                done[place] = result
                while let next = done.removeValue(forKey: reported) {
                    try await report(next)
                    reported += 1
                }
                begin()
            }
        }
    }

    private func verify(_ name: ArchiveName, _ known: ArchiveRow?) async throws -> VerificationReport {
        let path = root.archivePath(name)
        var row = known
        // A pass may have sealed it since the manifest was read.
        if row == nil { row = try await manifest?.sealedArchive(name) }
        var report = try await verify(path: path, row)
        report.name = name
        // It may have been removed from the disk since the manifest was read, because the vault has it.
        if report.faults.contains(where: { $0.kind == .archiveMissing }),
            try await manifest?.sealedArchive(name)?.vault?.evictedTime != nil
        {
            report.faults = []
            return report
        }
        try await compareWithLog(name, row, &report)
        // If it is open in the manifest, the pass that sealed it is about to note that, or the next pass will. Ask
        // first whether it is open, then whether it is sealed, because a pass changes it from open to sealed.
        if row == nil, let manifest, try await extent(of: name, manifest) == nil,
            try await manifest.sealedArchive(name) == nil
        {
            report.faults.append(
                ArchiveFault(
                    kind: .manifest,
                    archive: name.description,
                    message: "the manifest does not know \(name), which is at \(path); the next pass adds it"
                )
            )
        }
        return report
    }

    func verify(path: String, _ row: ArchiveRow?) async throws -> VerificationReport {
        var expected: ExpectedArchive?
        var unreadable: ArchiveFault?
        do {
            if let row { expected = try await self.expected(row) }
        } catch let error as ManifestError where error.code == .damaged {
            unreadable = ArchiveFault(error)
        }
        let verifier = ArchiveVerifier(onBytes: onBytes)
        var report = try await verifier.verify(path: path, quick: isQuick, expected: expected)
        if let unreadable { report.faults.append(unreadable) }
        return report
    }

    private func expected(_ row: ArchiveRow) async throws -> ExpectedArchive {
        var recordings = try await manifest?.archivedRecordings(in: row.name).collected() ?? []
        var supersededBy = row.supersededBy
        if let manifest, supersededBy != nil || recordings.contains(where: { $0.replacedBy != nil }) {
            // An archive whose own file is missing makes up for nothing.
            let survey = ArchiveSurvey(root: root, manifest: manifest)
            let (organization, day) = (row.name.organization, row.name.day)
            let altered = try await survey.altered(organization: organization, days: day...day)
            for index in recordings.indices {
                guard let replacing = recordings[index].replacedBy, altered.reason(of: replacing) != nil else {
                    continue
                }
                recordings[index].replacedBy = nil
            }
            if let later = supersededBy, altered.reason(of: later) != nil { supersededBy = nil }
        }
        return ExpectedArchive(
            byteCount: row.byteCount,
            digest: row.digest,
            metadataOffset: row.metadataOffset,
            recordings: recordings.map(ExpectedRecording.init),
            supersededBy: supersededBy
        )
    }

    /// Compares an open archive with the manifest. A pass may be appending to it, or may seal it at the same time. If
    /// something is wrong, the archive is therefore checked again with what the manifest then says.
    /// - Returns: `nil` if it is no longer open, and is sealed in its place.
    func verify(open name: ArchiveName, _ manifest: Manifest) async throws -> VerificationReport? {
        var report: VerificationReport?
        for _ in 0..<2 {
            guard let expected = try await expected(open: name, manifest) else { return nil }
            let verifier = ArchiveVerifier(onBytes: onBytes)
            let done = try await verifier.verify(open: name, in: root, quick: isQuick, expected: expected)
            if done.isSound { return done }
            report = done
        }
        if try root.location(of: name) == .sealed(name) { return nil }
        return try await extent(of: name, manifest) == nil ? nil : report
    }

    private func expected(open name: ArchiveName, _ manifest: Manifest) async throws -> ExpectedOpenArchive? {
        guard let extent = try await extent(of: name, manifest) else { return nil }
        var recordings = try await manifest.archivedRecordings(in: name).collected()
        if try await self.extent(of: name, manifest) != extent {
            // What was stored after the extent was read is beyond it.
            recordings.removeAll { $0.offset >= extent.tarBytes }
        }
        return ExpectedOpenArchive(
            extent: ArchiveExtent(extent),
            recordings: recordings.map(ExpectedRecording.init)
        )
    }

    private func extent(of name: ArchiveName, _ manifest: Manifest) async throws -> ArchiveExtentRow? {
        try await manifest.openArchives().first { $0.name == name }?.extent
    }

    /// If the manifest knows the archive, the manifest has to agree with what the log says was sealed; otherwise the
    /// archive itself has to.
    func compareWithLog(_ name: ArchiveName, _ row: ArchiveRow?, _ report: inout VerificationReport)
        async throws
    {
        guard let logged = ledgers[name.organization]?.archives[name.description], let sealed = logged.sealed,
            let digest = row?.digest ?? report.digest, digest != sealed.digest
        else { return }
        // Nothing counts any more in an archive that was damaged and replaced.
        let members = row == nil ? [] : try await manifest?.archivedRecordings(in: name).collected() ?? []
        if !members.isEmpty, !members.contains(where: \.isCounting) { return }
        let comparison = LogComparison(root: root, name: name, entry: logged.entry, sealed: sealed)
        report.faults += try await comparison.faults(digest)
    }
}
