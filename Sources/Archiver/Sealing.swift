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
        let archive = try await context.writer.seal(name, tasks: tasks)
        return try await context.noteSealed(archive)
    }
}

extension PassContext {
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
