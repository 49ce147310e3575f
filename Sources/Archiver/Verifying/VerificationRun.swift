import DailyArchive
import Evidence
import Files
import Foundation
import Manifest
import Recordings

/// Compares everything that is kept with its checksums: the manifest with itself, each sealed archive with itself, its
/// side file, the manifest and the evidence log, legacy sessions with theirs, and the spool's open archives with the
/// manifest.
package struct VerificationRun: Sendable {
    let root: ArchiveRoot
    /// What the archives are compared with; `nil` if there is no manifest that can be read.
    package let manifest: Manifest?
    private let manifestFault: ArchiveFault?
    let keyFile: LogKeyFile
    private let onBytes: @Sendable (Int) -> Void

    /// What to check.
    package struct Scope: Hashable, Sendable {
        package var organization: OrganizationName?
        package var day: ArchiveDay?
        /// Names, sizes and side files only.
        package var isQuick: Bool
        /// Only some of the sealed archives: those that were read longest ago, as many as make up this part of all
        /// bytes; those that had faults when they were last read; those that the manifest does not know; and those
        /// whose files are missing or have another size, which needs no reading.
        package var share: ReadingShare?

        package init(
            organization: OrganizationName? = nil,
            day: ArchiveDay? = nil,
            isQuick: Bool = false,
            share: ReadingShare? = nil
        ) {
            self.organization = organization
            self.day = day
            self.isQuick = isQuick
            self.share = share
        }

        func covers(_ name: ArchiveName) -> Bool { covers(name.organization, name.day) }

        func covers(_ organization: OrganizationName, _ day: ArchiveDay) -> Bool {
            (self.organization == nil || organization == self.organization) && (self.day == nil || day == self.day)
        }
    }

    /// The result.
    package struct Summary: Hashable, Sendable {
        package var archives = 0
        package var recordings = 0
        package var bytes: Int64 = 0
        /// Faults that nothing makes up for.
        package var faults = 0
        /// The number of recordings with such faults.
        package var damagedRecordings = 0
        /// Faults that another archive makes up for.
        package var repaired = 0
        /// Warnings: a person should correct them, but they do not make an archive damaged.
        package var warnings = 0
        /// Faults of lost recordings whose loss an operator has explained.
        package var explained = 0
        /// Faults of files that are not archives.
        package var foreignFiles = 0

        package init() {}

        /// Counts one report.
        package mutating func add(_ report: VerificationReport) {
            recordings += report.recordingCount
            bytes += report.byteCount
            addFaults(of: report)
        }

        /// Replaces the faults with those of another summary.
        mutating func replaceFaults(of other: Summary) {
            (faults, damagedRecordings) = (other.faults, other.damagedRecordings)
            (repaired, warnings, explained) = (other.repaired, other.warnings, other.explained)
            foreignFiles = other.foreignFiles
        }

        mutating func addFaults(of report: VerificationReport) {
            faults += report.standingFaults.count
            damagedRecordings += report.damagedRecordings
            warnings += report.warnings.count
            repaired += report.faults.filter { $0.repairedBy != nil }.count
            explained += report.faults.filter(\.isExplained).count
            foreignFiles += report.faults.filter { $0.kind == .notAnArchive }.count
        }
    }

    /// - Parameters:
    ///   - manifest: `nil` if there is none that can be read; archives are then checked against their own checksums
    ///     only.
    ///   - manifestFault: why it cannot be read.
    ///   - keyFile: the file with the key of the evidence logs; `nil` for the default.
    ///   - onBytes: called with the number of bytes that were read, from any thread.
    package init(
        root: ArchiveRoot,
        manifest: Manifest?,
        manifestFault: ArchiveFault? = nil,
        keyFile: LogKeyFile? = nil,
        onBytes: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.root = root
        self.manifest = manifest
        self.manifestFault = manifestFault
        self.keyFile = keyFile ?? LogKeyFile(path: root.logKeyPath)
        self.onBytes = onBytes
    }

    /// The same with the manifest of the root, opened for reading. If it is damaged, cannot be read, or is missing
    /// although there are archives, that is a fault, and the verification continues.
    /// - Throws: `ArchiveError` if the root has no identity; `ManifestError` if a later version made the manifest, or
    ///   another process keeps it busy.
    package static func reading(_ root: ArchiveRoot, keyFile: LogKeyFile? = nil) throws -> VerificationRun {
        let spool = try root.identity().id
        do throws(ManifestError) {
            let manifest = try Manifest(path: root.manifestPath, mode: .readOnly, spool: spool)
            return VerificationRun(root: root, manifest: manifest, keyFile: keyFile)
        } catch {
            switch error.code {
            case .missing:
                return VerificationRun(
                    root: root,
                    manifest: nil,
                    manifestFault: ArchiveFault(absenceAt: root),
                    keyFile: keyFile
                )
            // A manifest that is being created has no table yet.
            case .damaged where (try? Manifest.exists(at: root.manifestPath)) == false:
                return VerificationRun(
                    root: root,
                    manifest: nil,
                    manifestFault: ArchiveFault(absenceAt: root),
                    keyFile: keyFile
                )
            case .damaged, .inputOutput, .permission, .readOnly:
                return VerificationRun(
                    root: root,
                    manifest: nil,
                    manifestFault: ArchiveFault(error),
                    keyFile: keyFile
                )
            default: throw error
            }
        }
    }

    /// Whether there is a manifest to compare the archives with, sound or not.
    package var hasManifest: Bool { manifest != nil || manifestFault != nil }

    /// Checks everything in `scope`, on all cores.
    /// - Parameter report: called for the manifest if it has a fault, and for each archive when it is done, sound or
    ///   not, one at a time.
    package func run(
        _ scope: Scope,
        report: (VerificationReport) async throws -> Void
    ) async throws -> Summary {
        var summary = Summary()
        func tell(_ done: VerificationReport) async throws {
            summary.add(done)
            try await report(done)
        }
        func count(_ done: VerificationReport) async throws {
            summary.archives += 1
            try await tell(done)
        }
        let (manifest, faults) = try await checkManifest(scope)
        if !faults.isEmpty {
            var own = VerificationReport(path: root.manifestPath)
            own.faults = faults
            try await tell(own)
        }
        let known = try await knownArchives(manifest, scope)
        let onDisk = try known.filter { name, row in
            try row.vault?.evictedTime == nil || root.archives.byteCount(of: name) != nil
        }
        let names = try await names(Set(onDisk.keys), manifest, scope)
        let ledgers = try await LogLedgers.read(root, keyFile: keyFile, organization: scope.organization)
        if !ledgers.faults.isEmpty {
            var logs = VerificationReport(path: root.logsPath)
            logs.faults = ledgers.faults
            try await tell(logs)
        }
        let checking = checking(manifest, ledgers, isQuick: scope.isQuick)
        try await checking.verify(names, known, count)
        // Files that the manifest does not know.
        let misplaced = try root.archives.misplaced().filter { scope.covers($0.name) }
            .map { (path: $0.path, fault: ArchiveFault(misplaced: $0.name, at: $0.path)) }
        let lost = try root.archives.lost().filter { scope.covers($0) && known[$0] == nil }
            .map { (path: root.archivePath($0), fault: ArchiveFault(lost: $0, at: root.archivePath($0))) }
        let gone = try await findGone(ledgers, manifest, scope)
        for (path, fault) in misplaced + lost + gone {
            var stray = VerificationReport(path: path)
            stray.faults = [fault]
            try await tell(stray)
        }
        guard scope.share == nil else { return summary }
        try await verifyLegacy(scope, ledgers, tell)
        guard let manifest else { return summary }
        var passedOver: Set<ArchiveName> = []
        for open in try await manifest.openArchives() where scope.covers(open.name) {
            guard let done = try await checking.verify(open: open.name, manifest) else {
                passedOver.insert(open.name)
                continue
            }
            try await tell(done)
        }
        // What a pass has sealed since was not among the sealed ones above, nor is it open any more.
        let sealed = try await knownArchives(manifest, scope)
        passedOver.formUnion(sealed.keys.filter { known[$0] == nil })
        try await checking.verify(passedOver.subtracting(names).sorted(), sealed, count)
        return summary
    }

    /// Checks the files of legacy sessions, against their checksums and the evidence logs.
    private func verifyLegacy(
        _ scope: Scope,
        _ ledgers: LogLedgers,
        _ report: (VerificationReport) async throws -> Void
    ) async throws {
        let files = try root.legacySessionFiles()
        let comparisons = ledgers.all.map { LegacyComparison(root: root, organization: $0.key, ledger: $0.value) }
        for file in files where scope.covers(file.organization, file.day) {
            var done = try await file.verify(quick: scope.isQuick)
            comparisons.first { $0.organization == file.organization }?.compare(file, &done)
            try await report(done)
        }
        let present = Set(files.map(\.fileName))
        for comparison in comparisons {
            for lost in comparison.missing(present) where scope.covers(comparison.organization, lost.day) {
                try await report(lost.report)
            }
        }
    }

    /// Checks these archives again, sealed and open.
    func run(names: Set<ArchiveName>, report: (VerificationReport) async throws -> Void) async throws {
        let known = try await knownArchives(manifest, Scope())
        let open = Set(try await manifest?.openArchives().map(\.name) ?? []).intersection(names)
        let ledgers = try await LogLedgers.read(root, keyFile: keyFile)
        let checking = checking(manifest, ledgers, isQuick: false)
        try await checking.verify(names.subtracting(open).sorted(), known, report)
        guard let manifest else { return }
        for name in open.sorted() {
            if let done = try await checking.verify(open: name, manifest) { try await report(done) }
        }
    }

    /// Checks one archive anywhere, against what the manifest says about it, if it knows it.
    /// - Parameter ledgers: what the evidence logs say; an archive that is in its place is compared with it.
    package func run(
        archive path: String,
        isQuick: Bool,
        ledgers: LogLedgers = LogLedgers()
    ) async throws -> VerificationReport {
        let fileName = path.split(separator: "/").last.map(String.init) ?? path
        let name = fileName.hasSuffix(".tar") ? ArchiveName(fileName.dropLast(4)) : nil
        let checking = checking(manifest, ledgers, isQuick: isQuick)
        var row: ArchiveRow?
        if let name { row = try await manifest?.sealedArchive(name) }
        var report = try await checking.verify(path: path, row)
        if let name, isPlace(path, of: name) { try await checking.compareWithLog(name, row, &report) }
        return report
    }

    /// Whether the file at `path` is the archive itself, and not a copy of it.
    private func isPlace(_ path: String, of name: ArchiveName) -> Bool {
        let place = URL(filePath: root.archivePath(name)).resolvingSymlinksInPath()
        return URL(filePath: path).resolvingSymlinksInPath().path == place.path
    }

    private func checking(_ manifest: Manifest?, _ ledgers: LogLedgers, isQuick: Bool) -> ArchiveChecking {
        ArchiveChecking(root: root, manifest: manifest, isQuick: isQuick, onBytes: onBytes, ledgers: ledgers)
    }

    /// - Returns: the manifest, if it is reliable, and its faults.
    private func checkManifest(_ scope: Scope) async throws -> (Manifest?, [ArchiveFault]) {
        if let manifestFault { return (nil, [manifestFault]) }
        guard let manifest, !scope.isQuick else { return (manifest, []) }
        do {
            let faults = try await manifest.faults().map { ArchiveFault(manifest: $0, at: manifest.path) }
            return (faults.isEmpty ? manifest : nil, faults)
        } catch let error as ManifestError where error.code == .damaged {
            return (nil, [ArchiveFault(error)])
        }
    }

    private func knownArchives(_ manifest: Manifest?, _ scope: Scope) async throws -> [ArchiveName: ArchiveRow] {
        let rows = try await manifest?.sealedArchives(organization: scope.organization, day: scope.day) ?? []
        return Dictionary(rows.map { ($0.name, $0) }) { first, _ in first }
    }

    private func names(_ known: Set<ArchiveName>, _ manifest: Manifest?, _ scope: Scope) async throws -> [ArchiveName] {
        let present = try root.archives.list().filter(scope.covers)
        guard let share = scope.share, let manifest else { return known.union(present).sorted() }
        // Archives that the manifest does not know were never read, and those whose size has changed were not read
        // since.
        let altered = try await ArchiveSurvey(root: root, manifest: manifest)
            .altered(organization: scope.organization, days: scope.day.map { $0...$0 })
        var chosen = Set(present.filter { !known.contains($0) } + altered.all.map(\.name))
        let readings = try await manifest.readings(organization: scope.organization, day: scope.day)
            .filter { known.contains($0.archive.name) }
        chosen.formUnion(readings.filter { $0.faults > 0 }.map(\.archive.name))
        var rest = share.bytes(of: readings.reduce(0) { $0 + $1.archive.byteCount })
        for reading in readings where rest > 0 && reading.faults == 0 {
            rest -= reading.archive.byteCount
            chosen.insert(reading.archive.name)
        }
        return chosen.sorted()
    }
}

extension ArchiveFault {
    /// The manifest itself is damaged.
    init(_ error: ManifestError) {
        self.init(kind: .manifestDamaged, archive: "manifest", message: error.message)
    }

    /// The manifest is missing; `nil` if there are no archives that it could know.
    fileprivate init?(absenceAt root: ArchiveRoot) {
        do {
            try CallArchive.requireManifest(of: root)
            return nil
        } catch {
            self.init(kind: .manifestDamaged, archive: "manifest", message: "\(error)")
        }
    }

    fileprivate init(manifest fault: String, at path: String) {
        self.init(
            kind: .manifestDamaged,
            archive: "manifest",
            message: "\(path): \(fault); `callark rebuild` makes a new one"
        )
    }
}
