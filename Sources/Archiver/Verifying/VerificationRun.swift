import DailyArchive
import Files
import Foundation
import Manifest
import Recordings

/// Holds what is kept against its checksums: the manifest against itself, every sealed archive against itself, its side
/// file and the manifest, legacy sessions against theirs, and the spool's open archives against the manifest.
package struct VerificationRun: Sendable {
    private let root: ArchiveRoot
    /// What the archives are checked against; `nil` if there is none that can be read.
    package let manifest: Manifest?
    private let manifestFault: ArchiveFault?
    private let onBytes: @Sendable (Int) -> Void

    /// What is to be looked at.
    package struct Scope: Hashable, Sendable {
        package var organization: OrganizationName?
        package var day: ArchiveDay?
        /// Names, sizes and side files only.
        package var isQuick: Bool
        /// Only the sealed archives that were read longest ago, as many as make up this part of all bytes; those too that
        /// had faults when they were read last, and whose files are missing or of another size, as a look at each tells.
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

    /// What came of it.
    package struct Summary: Hashable, Sendable {
        package var archives = 0
        package var recordings = 0
        package var bytes: Int64 = 0
        /// Those that nothing makes up for.
        package var faults = 0
        /// The recordings that they are in.
        package var damagedRecordings = 0
        /// Those that another archive makes up for.
        package var repaired = 0
        /// What a person should mend, and what does not make an archive damaged.
        package var warnings = 0
        /// Those of recordings that are lost, which an operator has explained.
        package var explained = 0
        /// The faults of files that are no archives.
        package var strangers = 0

        package init() {}

        /// Counts one report.
        package mutating func add(_ report: VerificationReport) {
            recordings += report.recordingCount
            bytes += report.byteCount
            addFaults(of: report)
        }

        /// The faults of another in place of its own.
        mutating func takeFaults(of other: Summary) {
            (faults, damagedRecordings) = (other.faults, other.damagedRecordings)
            (repaired, warnings, explained) = (other.repaired, other.warnings, other.explained)
            strangers = other.strangers
        }

        mutating func addFaults(of report: VerificationReport) {
            faults += report.standingFaults.count
            damagedRecordings += report.damagedRecordings
            warnings += report.warnings.count
            repaired += report.faults.filter { $0.repairedBy != nil }.count
            explained += report.faults.filter(\.isExplained).count
            strangers += report.faults.filter { $0.kind == .notAnArchive }.count
        }
    }

    /// - Parameters:
    ///   - manifest: `nil` where there is none, or none that can be read: then the archives speak for themselves.
    ///   - manifestFault: why it cannot be read.
    ///   - onBytes: told of bytes as they are read, from any thread.
    package init(
        root: ArchiveRoot,
        manifest: Manifest?,
        manifestFault: ArchiveFault? = nil,
        onBytes: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.root = root
        self.manifest = manifest
        self.manifestFault = manifestFault
        self.onBytes = onBytes
    }

    /// The same with the manifest below the root, opened for reading. One that is damaged, cannot be read, or is missing
    /// where there are archives, is a fault and not an end.
    /// - Throws: `ArchiveError` if the root has no identity; `ManifestError` if a later version made the manifest, or
    ///   another process keeps it busy.
    package static func reading(_ root: ArchiveRoot) throws -> VerificationRun {
        let spool = try root.identity().id
        do throws(ManifestError) {
            let manifest = try Manifest(path: root.manifestPath, mode: .readOnly, spool: spool)
            return VerificationRun(root: root, manifest: manifest)
        } catch {
            switch error.code {
            case .missing:
                return VerificationRun(root: root, manifest: nil, manifestFault: ArchiveFault(absenceAt: root))
            // One that is being made at this moment has no table yet.
            case .damaged where (try? Manifest.exists(at: root.manifestPath)) == false:
                return VerificationRun(root: root, manifest: nil, manifestFault: ArchiveFault(absenceAt: root))
            case .damaged, .inputOutput, .permission, .readOnly:
                return VerificationRun(root: root, manifest: nil, manifestFault: ArchiveFault(error))
            default: throw error
            }
        }
    }

    /// Whether there is a manifest to hold the archives against, sound or not.
    package var hasManifest: Bool { manifest != nil || manifestFault != nil }

    /// Looks at everything in `scope`, on all cores.
    /// - Parameter report: told of the manifest where it has a fault, and of each archive as it is done, sound or not, one
    ///   at a time.
    package func run(
        _ scope: Scope,
        report: (VerificationReport) async throws -> Void
    ) async throws -> Summary {
        var summary = Summary()
        let (manifest, faults) = try await checkManifest(scope)
        if !faults.isEmpty {
            var own = VerificationReport(path: root.manifestPath)
            own.faults = faults
            summary.add(own)
            try await report(own)
        }
        let known = try await knownArchives(manifest, scope)
        let names = try await names(Set(known.keys), manifest, scope)
        let looking = Looking(root: root, manifest: manifest, isQuick: scope.isQuick, onBytes: onBytes)
        try await looking.verify(names, known) { done in
            summary.archives += 1
            summary.add(done)
            try await report(done)
        }
        // Files of which the manifest does not know.
        let misplaced = try root.misplacedArchives().filter { scope.covers($0.name) }
            .map { (path: $0.path, fault: ArchiveFault(misplaced: $0.name, at: $0.path)) }
        let lost = try root.lostArchives().filter { scope.covers($0) && known[$0] == nil }
            .map { (path: root.archivePath($0), fault: ArchiveFault(lost: $0, at: root.archivePath($0))) }
        for (path, fault) in misplaced + lost {
            var stray = VerificationReport(path: path)
            stray.faults = [fault]
            summary.add(stray)
            try await report(stray)
        }
        guard scope.share == nil else { return summary }
        for file in try root.legacySessionFiles() where scope.covers(file.organization, file.day) {
            let done = try await file.verify(quick: scope.isQuick)
            summary.add(done)
            try await report(done)
        }
        guard let manifest else { return summary }
        for open in try await manifest.openArchives() where scope.covers(open.name) {
            guard let done = try await looking.verify(open: open.name, manifest) else { continue }
            summary.add(done)
            try await report(done)
        }
        return summary
    }

    /// Looks at these archives, sealed and open, once more.
    func run(names: Set<ArchiveName>, report: (VerificationReport) async throws -> Void) async throws {
        let known = try await knownArchives(manifest, Scope())
        let open = Set(try await manifest?.openArchives().map(\.name) ?? []).intersection(names)
        let looking = Looking(root: root, manifest: manifest, isQuick: false, onBytes: onBytes)
        try await looking.verify(names.subtracting(open).sorted(), known, report)
        guard let manifest else { return }
        for name in open.sorted() {
            if let done = try await looking.verify(open: name, manifest) { try await report(done) }
        }
    }

    /// Looks at one archive wherever it lies, with the manifest's word on it where there is one.
    package func run(archive path: String, isQuick: Bool) async throws -> VerificationReport {
        let fileName = path.split(separator: "/").last.map(String.init) ?? path
        let name = fileName.hasSuffix(".tar") ? ArchiveName(fileName.dropLast(4)) : nil
        let looking = Looking(root: root, manifest: manifest, isQuick: isQuick, onBytes: onBytes)
        var row: ArchiveRow?
        if let name { row = try await manifest?.sealedArchive(name) }
        return try await looking.verify(path: path, row)
    }

    /// - Returns: the manifest, where its word can be taken, and what is wrong with it.
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
        let present = try root.sealedArchives().filter(scope.covers)
        guard let share = scope.share, let manifest else { return known.union(present).sorted() }
        // What the manifest does not know was never read, and what has changed its size was not read since.
        let altered = try await ArchiveSurvey(root: root, manifest: manifest)
            .altered(organization: scope.organization, days: scope.day.map { $0...$0 })
        var chosen = Set(present.filter { !known.contains($0) } + altered.all.map(\.name))
        let readings = try await manifest.readings(organization: scope.organization, day: scope.day)
        chosen.formUnion(readings.filter { $0.faults > 0 }.map(\.archive.name))
        var rest = share.bytes(of: readings.reduce(0) { $0 + $1.archive.byteCount })
        for reading in readings where rest > 0 && reading.faults == 0 {
            rest -= reading.archive.byteCount
            chosen.insert(reading.archive.name)
        }
        return chosen.sorted()
    }
}

/// How a verification looks at one archive.
private struct Looking: Sendable {
    let root: ArchiveRoot
    let manifest: Manifest?
    let isQuick: Bool
    let onBytes: @Sendable (Int) -> Void

    /// Looks at sealed archives, as many at once as there are processors, and reports them in the order of `names`.
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
        // A pass may have sealed it since the manifest was asked.
        if row == nil { row = try await manifest?.sealedArchive(name) }
        var report = try await verify(path: path, row)
        report.name = name
        // One that is open for the manifest is about to be noted by the pass that sealed it, or by the next.
        // It is asked in the order in which a pass says so.
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

    /// Holds an open archive against the manifest. A pass may be appending to it, or seal it meanwhile: where something
    /// is wrong, it is looked at once more with the manifest's later word.
    /// - Returns: `nil` where it is not open any more, and stands sealed in its place.
    func verify(open name: ArchiveName, _ manifest: Manifest) async throws -> VerificationReport? {
        var report: VerificationReport?
        for _ in 0..<2 {
            guard let expected = try await expected(open: name, manifest) else { return nil }
            let verifier = ArchiveVerifier(onBytes: onBytes)
            let done = try await verifier.verify(open: name, in: root, quick: isQuick, expected: expected)
            if done.isSound { return done }
            report = done
        }
        if try root.standingPath(name) == root.archivePath(name) { return nil }
        return try await extent(of: name, manifest) == nil ? nil : report
    }

    private func expected(open name: ArchiveName, _ manifest: Manifest) async throws -> ExpectedOpenArchive? {
        guard let extent = try await extent(of: name, manifest) else { return nil }
        var recordings = try await manifest.archivedRecordings(in: name).collected()
        if try await self.extent(of: name, manifest) != extent {
            // What was stored since the extent was read lies behind it.
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
}

extension ArchiveFault {
    /// The manifest itself is damaged.
    fileprivate init(_ error: ManifestError) {
        self.init(kind: .manifestDamaged, archive: "manifest", message: error.message)
    }

    /// The manifest is missing; `nil` where there are no archives that it could know.
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
