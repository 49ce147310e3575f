import DailyArchive
import Manifest
import Recordings

/// The last step of a pass that writes: seals the archives of days that are over.
struct Sealing: Sendable {
    let organization: Organization
    let context: PassContext
    /// Only these days; `nil` for all that are over.
    var only: Set<ArchiveDay>?

    /// What was sealed, oldest day first, and the first damage that was met.
    struct Outcome: Sendable {
        var sealed: [SealedDay] = []
        var damage: ArchiveError?
    }

    /// Seals every open archive of a day before today that holds a recording.
    /// Damage to one day does not keep the others open.
    func run() async throws -> Outcome {
        let today = context.rules.day(of: context.now())
        var outcome = Outcome()
        for day in try await context.manifest.daysToSeal(organization: organization.name, before: today)
        where only?.contains(day) ?? true {
            if context.stop.isMade { throw ArchiverError(.stopped, "stopped before sealing \(day)") }
            do {
                let sealed = try await seal(day)
                outcome.sealed.append(sealed)
            } catch {
                guard let error = error as? ArchiveError, error.code == .damaged else { throw error }
                outcome.damage = outcome.damage ?? error
            }
        }
        return outcome
    }

    private func seal(_ day: ArchiveDay) async throws -> SealedDay {
        let name = try await context.manifest.openArchive(for: organization.name, day: day, now: context.now())
        do {
            let archive = try await seal(name)
            return try await context.noteSealed(archive)
        } catch {
            // Where the disk did not give back what was written, what is no longer whole is pending again.
            if let error = error as? ArchiveError, error.code == .damaged { try await context.recoverDamaged(name) }
            throw error
        }
    }

    private func seal(_ name: ArchiveName) async throws -> SealedArchive {
        let tasks = try await context.manifest.tasksToSeal(organization: name.organization, day: name.day)
        return try await context.writer.seal(name, tasks: tasks)
    }
}

extension PassContext {
    /// Reads an open archive back, keeps what is whole of it, and makes the manifest agree.
    func recoverDamaged(_ name: ArchiveName) async throws {
        guard let open = try await manifest.openArchives().first(where: { $0.name == name }) else { return }
        let known = ArchiveExtent(open.extent)
        guard case .behind(let extent, let whole, _) = try await writer.recover(name, known: known, rereading: true)
        else { return }
        try await noteRecovered(name, extent: extent, whole: whole)
    }

    /// Tells the manifest what an open archive still holds, and the observer what it does not.
    func noteRecovered(_ name: ArchiveName, extent: ArchiveExtent, whole: [RecordingEntry]) async throws {
        let lost = try await manifest.noteRecovered(name, extent: ArchiveExtentRow(extent), whole: whole, now: now())
        observer(
            .recovered(name, "\(lost.count) recordings are no longer whole in the spool and are fetched again")
        )
    }

    /// Tells the manifest of an archive that stands in its place.
    func noteSealed(_ archive: SealedArchive) async throws -> SealedDay {
        try await manifest.noteSealed(
            archive.name,
            byteCount: archive.byteCount,
            digest: archive.digest,
            recordings: archive.recordingCount,
            now: now()
        )
        let day = SealedDay(
            name: archive.name,
            path: root.archivePath(archive.name),
            recordings: archive.recordingCount,
            bytes: archive.byteCount,
            digest: archive.digest
        )
        observer(.sealed(day))
        return day
    }
}
