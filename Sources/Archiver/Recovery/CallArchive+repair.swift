import AsyncAlgorithms
import DailyArchive
import Files
import Foundation
import Manifest
import Recordings

extension CallArchive {
    /// Verifies what is in `scope`, and repairs the damage. An archive that the vault has is put back from there, whole.
    /// What is damaged elsewhere is fetched again: into the open archive
    /// if they were in the spool, into a supplement if they were in a sealed archive, which is never changed. Intact
    /// recordings of an archive that is damaged in itself are copied into the supplement. A side file that is missing
    /// or wrong next to an intact archive is rewritten.
    ///
    /// Recordings that the provider no longer has stay failed, with the reason. A recording that was damaged and is
    /// intact again in its place counts there again.
    /// - Parameter report: called with each archive as it was before the repair.
    /// - Throws: `ArchiveError` or `ManifestError` if not even the outcome can be reported.
    package func repair(
        _ scope: VerificationRun.Scope,
        report: (VerificationReport) async throws -> Void
    ) async throws -> Repair {
        try await RepairWork(archive: self, scope: scope).run(report)
    }
}

/// What the first reading of a repair found.
private struct Finding {
    /// Faults in files that no repair reads again.
    var untouched = VerificationRun.Summary()
    var damaged: [DamagedRecording] = []
    /// The archives with a fault that nothing makes up for.
    var spoiled: Set<ArchiveName> = []
    /// Those of them whose task lines are lost.
    var withoutTasks: Set<ArchiveName> = []
    /// Those with damage beyond single recordings.
    var inThemselves: Set<ArchiveName> = []
    /// Damaged or missing archives that had no recordings, only task lines and the record of their day.
    var withoutRecordings: Set<ArchiveName> = []
    /// Archives with a wrong or missing side file, and their checksums.
    var withoutSideFile: [ArchiveName: ContentDigest] = [:]
    var readings: [(ArchiveName, ReadingFinding)] = []
    /// Those whose file is missing, or has other bytes than were sealed.
    var notAsSealed: Set<ArchiveName> = []

    mutating func add(_ report: VerificationReport, _ manifest: Manifest) async throws {
        if let name = report.name, report.isReading { readings.append((name, ReadingFinding(report, of: name))) }
        guard let name = report.name, !report.isSound else { return untouched.add(report) }
        spoiled.insert(name)
        if report.hasLostTasks { withoutTasks.insert(name) }
        damaged += report.damagedRecordings(in: name)
        guard let sealed = try await manifest.sealedArchive(name) else { return }
        let isMissing = report.standingFaults.contains { $0.kind == .archiveMissing }
        if isMissing || report.isDamagedInItself(name, sealedAs: sealed.digest) {
            if sealed.recordings == 0 {
                withoutRecordings.insert(name)
            } else if !isMissing {
                inThemselves.insert(name)
            }
        }
        if report.lacksSideFile(sealedAs: sealed.digest) { withoutSideFile[name] = sealed.digest }
        if isMissing || report.digest != sealed.digest { notAsSealed.insert(name) }
    }

    /// Forgets what was found about archives that are read again.
    mutating func remove(_ names: Set<ArchiveName>) {
        damaged.removeAll { names.contains($0.archive) }
        spoiled.subtract(names)
        withoutTasks.subtract(names)
        inThemselves.subtract(names)
        withoutRecordings.subtract(names)
        notAsSealed.subtract(names)
        withoutSideFile = withoutSideFile.filter { !names.contains($0.key) }
        readings.removeAll { names.contains($0.0) }
    }
}

/// A repair in progress.
private struct RepairWork {
    let archive: CallArchive
    let scope: VerificationRun.Scope

    private var context: PassContext { archive.context }

    private var verification: VerificationRun {
        VerificationRun(root: context.root, manifest: context.manifest, keyFile: context.evidence.setup.keyFile)
    }

    func run(_ report: (VerificationReport) async throws -> Void) async throws -> Repair {
        if let fault = try await context.manifest.faults().first {
            throw ArchiverError(
                .damaged,
                "\(context.manifest.path) is damaged (\(fault)); run `callark rebuild`, then repair"
            )
        }
        try await context.manifest.appendEvent(
            Event(
                time: context.now(),
                kind: .repairBegan,
                organization: scope.organization,
                detail: scope.day.map { ["day": $0.description] } ?? [:],
                by: context.actor
            )
        )
        let repair = try await repair(report)
        try await context.manifest.appendEvent(
            Event(
                time: context.now(),
                kind: .repairEnded,
                organization: scope.organization,
                detail: repair.eventDetail,
                by: context.actor
            )
        )
        return repair
    }

    private func repair(_ report: (VerificationReport) async throws -> Void) async throws -> Repair {
        _ = try await context.recover(isAsked: true)
        var found = Finding()
        let first = try await verification.run(scope) { archive in
            try await report(archive)
            try await found.add(archive, context.manifest)
        }
        try requireFolders(of: found.spoiled)
        let returned = try await returnFromVault(&found)
        for (name, finding) in found.readings { try await context.manifest.noteRead(name, finding, now: context.now()) }
        let open = Set(try await context.manifest.openArchives().map(\.name))
        let stored = try await damagedInSpool(found.spoiled.intersection(open))
        let counting = try await context.manifest.noteDamaged(
            found.damaged.filter { !open.contains($0.archive) },
            now: context.now()
        )
        say(counting, "there now")
        for name in found.withoutTasks.union(found.withoutRecordings).subtracting(open).sorted() {
            try await context.manifest.requeueTasks(organization: name.organization, day: name.day)
        }
        var repair = Repair(summary: first)
        repair.returned = returned.sorted()
        for (name, digest) in found.withoutSideFile.sorted(by: { $0.key < $1.key }) {
            try context.root.archives.restoreSideFile(of: name, digest: digest)
            repair.sideFiles.append(name)
        }
        let copied = try await copy(out: found.inThemselves.subtracting(open), &repair)
        try await reinstate()
        let copies = try await context.manifest.displacedCopies(
            DisplacementFilter(organization: scope.organization, day: scope.day, reason: .damaged, isUnheld: true)
        )
        try await fetch(copies, stored, &repair)
        let days = Set(copies.map(\.archive) + stored.map(\.held.archive) + copied.map(\.0))
        try await regain(found.spoiled, days, renewing: found.withoutRecordings.subtracting(open), &repair)
        for (name, row) in copied {
            repair.outcomes.append(try await outcome(name, row.held?.offset ?? 0, row.key, isCopied: true))
        }
        // A recording that was damaged more than once is reported with its last archive.
        let last = Dictionary(copies.map { ($0.row, $0.archive) }) { max($0, $1) }
        for copy in copies where last[copy.row] == copy.archive {
            var outcome = try await outcome(copy.archive, copy.offset, copy.key)
            outcome.isExplained = copy.isExplained && outcome.repairedBy == nil
            repair.outcomes.append(outcome)
        }
        for lost in stored {
            repair.outcomes.append(try await outcome(lost.held.archive, lost.held.offset, lost.row.key))
        }
        repair.outcomes.sort { ($0.archive, $0.offset) < ($1.archive, $1.offset) }
        // Only another reading can tell what is left.
        repair.summary.replaceFaults(of: found.untouched)
        try await verification.run(names: found.spoiled.union(repair.outcomes.compactMap(\.repairedBy))) { again in
            try await note(again)
            repair.left += again.standingFaults
            repair.summary.addFaults(of: again)
        }
        return repair
    }

    /// Puts damaged archives back in their places that the vault has, and reads them again.
    /// - Returns: those that were put back.
    private func returnFromVault(_ found: inout Finding) async throws -> Set<ArchiveName> {
        let returned = try await returnFromVault(found.notAsSealed)
        guard !returned.isEmpty else { return [] }
        found.remove(returned)
        var again = found
        try await verification.run(names: returned) { try await again.add($0, context.manifest) }
        found = again
        return returned
    }

    /// Puts archives back that the vault has, each compared with the checksum that it was sealed with.
    /// - Returns: those that are in their places again.
    private func returnFromVault(_ names: Set<ArchiveName>) async throws -> Set<ArchiveName> {
        var returned: Set<ArchiveName> = []
        for name in names.sorted() where context.root.elsewhere != nil && !context.stop.isMade {
            guard let sealed = try await context.manifest.sealedArchive(name), sealed.vault?.confirmed != nil else {
                continue
            }
            do throws(ArchiveError) {
                guard try context.disk.hasRoom(for: sealed.byteCount) else { continue }
                let draft = context.root.scratchPath(name, .returnedArchive)
                try await ArchiveReader.copyWhole(
                    name,
                    fromElsewhere: context.root,
                    expecting: sealed.digest,
                    to: draft
                )
                try await BlockingWork.run { [root = context.root] _ throws(ArchiveError) in
                    try root.archives.putBack(draft, as: name, digest: sealed.digest)
                }
            } catch {
                // The provider may still have what the vault cannot give.
                guard error.code != .cancelled, error.code != .noSpace else { throw error }
                context.observer(.recovered(name, "could not be put back from the vault: \(error)"))
                continue
            }
            try await context.manifest.noteReturned(name)
            context.observer(.recovered(name, "put back from the vault"))
            returned.insert(name)
        }
        return returned
    }

    /// If even the folder of an archive is missing, a disk is missing and not a file: fetching everything again would
    /// be wrong.
    private func requireFolders(of names: Set<ArchiveName>) throws {
        for name in names.sorted() {
            let sealed = context.root.archivePath(name)
            let folder = URL(filePath: sealed).deletingLastPathComponent().path
            guard try context.root.location(of: name) == .open(name), !FileManager.default.fileExists(atPath: folder),
                !FileManager.default.fileExists(atPath: context.root.openArchivePath(name))
            else { continue }
            throw ArchiverError(
                .damaged,
                "the folder \(folder) is missing, and \(name) with it; mount it or restore it and repair then, or make "
                    + "the empty folder if its archives are lost; nothing was changed"
            )
        }
    }

    private func note(_ report: VerificationReport) async throws {
        guard let name = report.name, report.isReading else { return }
        try await context.manifest.noteRead(name, ReadingFinding(report, of: name), now: context.now())
    }

    /// A recording in the spool that is no longer intact.
    private struct StoredLoss {
        var row: RecordingRow
        var held: RecordingRow.Held
    }

    /// Keeps the intact recordings of damaged open archives; the others are pending again.
    private func damagedInSpool(_ names: Set<ArchiveName>) async throws -> [StoredLoss] {
        var lost: [StoredLoss] = []
        for name in names.sorted() {
            let filter = ListFilter(organization: name.organization, day: name.day)
            let before = try await rows(filter).filter { $0.held?.archive == name }
            try await context.recoverDamaged(name)
            let after = Set(try await rows(filter).filter { $0.state == .stored }.map(\.key))
            lost += before.filter { !after.contains($0.key) }.compactMap { row in
                row.held.map { StoredLoss(row: row, held: $0) }
            }
        }
        return lost
    }

    private func rows(_ filter: ListFilter) async throws -> [RecordingRow] {
        try await context.manifest.entries(filter, at: context.ignoringDeadlines).collected().compactMap {
            if case .recording(let row) = $0 { row } else { nil }
        }
    }

    /// What was damaged before and is intact again in its place, for example after a backup was restored.
    private func reinstate() async throws {
        let adopter = ArchiveAdopter(root: context.root, manifest: context.manifest, schedule: nil)
        let filter = DisplacementFilter(organization: scope.organization, day: scope.day)
        say(try await adopter.reinstate(filter, now: context.now()), "there again")
    }

    /// Reports for each archive how many of its copies count from now on.
    private func say(_ copies: [DisplacedCopy], _ how: String) {
        for (name, copies) in Dictionary(grouping: copies, by: \.archive).sorted(by: { $0.key < $1.key }) {
            let what = copies.count == 1 ? "1 recording counts" : "\(copies.count) recordings count"
            context.observer(.recovered(name, "\(what) \(how)"))
        }
    }

    /// Copies intact recordings out of archives that are damaged in themselves.
    /// - Returns: what was copied, each with the archive that it counted in before.
    private func copy(
        out names: Set<ArchiveName>,
        _ repair: inout Repair
    ) async throws -> [(ArchiveName, RecordingRow)] {
        var copied: [(ArchiveName, RecordingRow)] = []
        for name in names.sorted() {
            do {
                let outcome = try await ArchiveCopying(context: context, name: name).run()
                copied += outcome.copied.map { (name, $0) }
                guard outcome.isCutShort, !context.stop.isMade else { continue }
                let reason = ArchiverError(.diskLow, "the disk is nearly full: not all of \(name) could be copied")
                repair.fail(name.organization, reason)
            } catch let error as ArchiveError {
                repair.fail(name.organization, error)
            }
        }
        return copied
    }

    /// Fetches the wanted recordings.
    private func fetch(_ copies: [DisplacedCopy], _ stored: [StoredLoss], _ repair: inout Repair) async throws {
        var wanted: [OrganizationName: Set<TaskID>] = [:]
        for copy in copies { wanted[copy.archive.organization, default: []].insert(copy.key.taskID) }
        for lost in stored { wanted[lost.row.organization, default: []].insert(lost.row.key.taskID) }
        for (name, tasks) in wanted.sorted(by: { $0.key < $1.key }) {
            guard archive.allOrganizations.contains(where: { $0.name == name }) else {
                let reason = "the configuration has no organization \(name) to ask"
                repair.fail(name, ArchiverError(.notAvailable, reason))
                continue
            }
            for (name, error) in try await archive.acquire(tasks.sorted(), organization: name) {
                repair.fail(name, error)
            }
        }
        if context.disk.isLow {
            let reason = ArchiverError(.diskLow, "the disk is nearly full, so downloads were paused")
            for name in wanted.keys { repair.fail(name, reason) }
        }
    }

    /// Asks for what was in archives that only the evidence log knows, and seals what arrived.
    /// - Parameters:
    ///   - spoiled: all archives with a fault.
    ///   - days: archives of the days for which something else arrived.
    private func regain(
        _ spoiled: Set<ArchiveName>,
        _ days: Set<ArchiveName>,
        renewing empty: Set<ArchiveName>,
        _ repair: inout Repair
    ) async throws {
        let (gone, failures) = try await archive.fetchGone(spoiled)
        for (name, error) in failures { repair.fail(name, error) }
        repair.gone = gone.sorted()
        let explained = try await context.daysToRenew(gone)
        try await seal(days: days.union(gone), renewing: empty, explained: explained, &repair)
        for name in Set(gone.map(\.organization)).sorted() {
            let settled = try await context.settleGone(name)
            repair.regained += settled.filter { gone.contains($0) }
        }
    }

    /// Seals what arrived for past days, whatever its source.
    /// - Parameters:
    ///   - names: archives of those days.
    ///   - empty: damaged archives without recordings, which another archive of their day replaces.
    ///   - explained: gone archives whose loss is explained: another archive of their day has the lines of their calls.
    private func seal(
        days names: Set<ArchiveName>,
        renewing empty: Set<ArchiveName>,
        explained: Set<ArchiveName>,
        _ repair: inout Repair
    ) async throws {
        try await context.writer.close()
        let all = Dictionary(grouping: names.union(empty), by: \.organization)
        for (organization, archives) in all.sorted(by: { $0.key < $1.key }) {
            guard !context.stop.isMade else { return }
            let lost = empty.filter { $0.organization == organization }
            var sealing = Sealing(organization: organization, listed: nil, context: context)
            sealing.only = Set(archives.map(\.day))
            sealing.renewing = Set(lost.union(explained.filter { $0.organization == organization }).map(\.day))
            let outcome = try await sealing.run()
            for name in lost.sorted() {
                guard let later = outcome.sealed.map(\.name).last(where: { $0.day == name.day }) else { continue }
                try await context.manifest.noteSuperseded(name, by: later)
                repair.renewed.append(name)
            }
            if let damage = outcome.damage { repair.fail(organization, damage) }
        }
    }

    private func outcome(
        _ name: ArchiveName,
        _ offset: Int64,
        _ key: RecordingKey,
        isCopied: Bool = false
    ) async throws -> Repair.Outcome {
        let rows = try await context.manifest.recordings(of: key.taskID, organization: name.organization)
        let row = rows.first { $0.key == key }
        return Repair.Outcome(
            organization: name.organization,
            taskID: key.taskID,
            recordingID: key.recordingID,
            archive: name,
            offset: offset,
            repairedBy: row?.held?.archive,
            state: row?.state ?? .failed,
            reason: row?.reason ?? row?.held?.suspicion,
            isCopied: isCopied
        )
    }
}
