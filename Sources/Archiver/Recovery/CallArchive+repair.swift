import AsyncAlgorithms
import DailyArchive
import Files
import Foundation
import Manifest
import Recordings

extension CallArchive {
    /// Verifies what is in `scope`, and has everything that is damaged in it fetched again: into the open archive for
    /// what was in the spool, into a supplement for what was in a sealed archive, which is never touched.
    ///
    /// What the provider has no more stays failed, with the reason. What was damaged once and is whole again where it was
    /// counts there again.
    /// - Parameter report: told of each archive as it was before the repair.
    /// - Throws: `ArchiveError`, `ManifestError`, where not even the outcome can be told.
    package func repair(
        _ scope: VerificationRun.Scope,
        report: (VerificationReport) async throws -> Void
    ) async throws -> Repair {
        try await RepairWork(archive: self, scope: scope).run(report)
    }
}

/// One repair under way.
private struct RepairWork {
    let archive: CallArchive
    let scope: VerificationRun.Scope

    private var context: PassContext { archive.context }

    func run(_ report: (VerificationReport) async throws -> Void) async throws -> Repair {
        if let fault = try await context.manifest.faults().first {
            throw ArchiverError(
                .damaged,
                "\(context.manifest.path) is damaged (\(fault)); make a new one with `callark rebuild`, then repair"
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
        var untouched = VerificationRun.Summary()
        var damaged: [DamagedRecording] = []
        var spoiled: Set<ArchiveName> = []
        var withoutTasks: Set<ArchiveName> = []
        var findings: [(ArchiveName, ReadingFinding)] = []
        let verification = VerificationRun(root: context.root, manifest: context.manifest)
        let first = try await verification.run(scope) { found in
            try await report(found)
            if let name = found.name, found.isReading { findings.append((name, ReadingFinding(found, of: name))) }
            guard let name = found.name, !found.isSound else { return untouched.add(found) }
            spoiled.insert(name)
            if found.hasLostTasks { withoutTasks.insert(name) }
            damaged += found.damagedRecordings(in: name)
        }
        try requireFolders(of: spoiled)
        for (name, finding) in findings { try await context.manifest.noteRead(name, finding, now: context.now()) }
        let open = Set(try await context.manifest.openArchives().map(\.name))
        let stored = try await damagedInSpool(spoiled.intersection(open))
        let counting = try await context.manifest.noteDamaged(
            damaged.filter { !open.contains($0.archive) },
            now: context.now()
        )
        for copy in counting {
            context.observer(.recovered(copy.archive, "task \(copy.key.taskID): \(copy.file) counts there now"))
        }
        for name in withoutTasks.subtracting(open).sorted() {
            try await context.manifest.requeueTasks(organization: name.organization, day: name.day)
        }
        try await reinstate()
        let copies = try await context.manifest.displacedCopies(
            DisplacementFilter(organization: scope.organization, day: scope.day, reason: .damaged, isUnheld: true)
        )
        var repair = Repair(summary: first)
        repair.failures = try await fetch(copies, stored)
        // One that was damaged more than once is told of where it was last.
        let last = Dictionary(copies.map { ($0.row, $0.archive) }) { max($0, $1) }
        for copy in copies where last[copy.row] == copy.archive {
            var outcome = try await outcome(copy.archive, copy.offset, copy.key)
            outcome.isExplained = copy.isExplained && outcome.repairedBy == nil
            repair.outcomes.append(outcome)
        }
        for lost in stored {
            repair.outcomes.append(try await outcome(lost.held.archive, lost.held.offset, lost.row.key))
        }
        // Only another reading tells what is left.
        repair.summary.takeFaults(of: untouched)
        try await verification.run(names: spoiled.union(repair.outcomes.compactMap(\.repairedBy))) { again in
            try await note(again)
            repair.left += again.standingFaults
            repair.summary.addFaults(of: again)
        }
        return repair
    }

    /// Where not even the folder of an archive is there, a disk is missing and not a file: fetching everything again would
    /// be the wrong answer.
    private func requireFolders(of names: Set<ArchiveName>) throws {
        for name in names.sorted() {
            let sealed = context.root.archivePath(name)
            let folder = URL(filePath: sealed).deletingLastPathComponent().path
            guard try context.root.standingPath(name) != sealed, !FileManager.default.fileExists(atPath: folder),
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

    /// A recording of the spool that is no longer whole.
    private struct StoredLoss {
        var row: RecordingRow
        var held: RecordingRow.Held
    }

    /// Keeps what is whole in damaged open archives; what is not is pending again.
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
        try await context.manifest.entries(filter, at: context.timeless).collected().compactMap {
            if case .recording(let row) = $0 { row } else { nil }
        }
    }

    /// What was damaged before, and is whole again where it was, such as after a backup was restored.
    private func reinstate() async throws {
        let intake = ArchiveIntake(root: context.root, manifest: context.manifest, schedule: nil)
        let filter = DisplacementFilter(organization: scope.organization, day: scope.day)
        for copy in try await intake.reinstate(filter, now: context.now()) {
            context.observer(.recovered(copy.archive, "task \(copy.key.taskID): \(copy.file) is whole there again"))
        }
    }

    /// Fetches what is wanted, and seals what came for days that are over.
    private func fetch(_ copies: [DisplacedCopy], _ stored: [StoredLoss]) async throws -> [OrganizationName: any Error]
    {
        var wanted: [OrganizationName: Set<TaskID>] = [:]
        for copy in copies { wanted[copy.archive.organization, default: []].insert(copy.key.taskID) }
        for lost in stored { wanted[lost.row.organization, default: []].insert(lost.row.key.taskID) }
        let days = Set(copies.map(\.archive.day) + stored.map(\.row.day))
        var failures: [OrganizationName: any Error] = [:]
        for (name, tasks) in wanted.sorted(by: { $0.key < $1.key }) {
            guard let organization = archive.allOrganizations.first(where: { $0.name == name }) else {
                failures[name] = ArchiverError(.notAvailable, "the configuration has no organization \(name) to ask")
                continue
            }
            let unanswered = try await archive.acquire(tasks.sorted(), organization: name)
            failures.merge(unanswered) { first, _ in first }
            guard !context.stop.isMade else { continue }
            let sealing = try await Sealing(organization: organization, listed: nil, context: context, only: days).run()
            if let damage = sealing.damage { failures[name] = failures[name] ?? damage }
        }
        if context.disk.isLow {
            let reason = ArchiverError(.diskLow, "the disk is nearly full, so that downloads were held back")
            for name in wanted.keys { failures[name] = failures[name] ?? reason }
        }
        return failures
    }

    private func outcome(_ name: ArchiveName, _ offset: Int64, _ key: RecordingKey) async throws -> Repair.Outcome {
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
            reason: row?.reason ?? row?.held?.suspicion
        )
    }
}
