import DailyArchive
import Manifest
import Recordings

/// The last step of a pass that writes: seals the archives of days that are over.
struct Sealing: Sendable {
    let organization: Organization
    let context: PassContext

    /// Seals every open archive of a day before today that holds a recording.
    /// - Returns: what was sealed, oldest day first.
    func run() async throws -> [SealedDay] {
        let today = context.rules.day(of: context.now())
        var sealed: [SealedDay] = []
        for day in try await context.manifest.daysToSeal(organization: organization.name, before: today) {
            if context.stop.isMade { throw ArchiverError(.stopped, "stopped before sealing \(day)") }
            sealed.append(try await seal(day))
        }
        return sealed
    }

    private func seal(_ day: ArchiveDay) async throws -> SealedDay {
        let name = try await context.manifest.openArchive(for: organization.name, day: day, now: context.now())
        let tasks = try await context.manifest.tasksToSeal(organization: organization.name, day: day)
        do {
            return try await context.noteSealed(try await context.writer.seal(name, tasks: tasks))
        } catch let error as ArchiveError where error.code == .damaged {
            // The disk did not give back what was written: what is no longer whole is pending again, and this is told.
            try await context.recoverDamaged(name)
            throw error
        }
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
