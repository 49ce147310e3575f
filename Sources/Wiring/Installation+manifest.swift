import Archiver
import Files
import Foundation
import Manifest
import Recordings
import Settings

extension Installation {
    /// The manifest for reading, also while a pass is running.
    /// - Returns: `nil` if none exists yet, or only what a process made of it that was killed in its first moments.
    /// - Throws: `ArchiverError` if there are archives all the same, because nothing is known of them then; and if an
    ///   organization of the configuration has another name or ID in the manifest.
    package func manifestForReading() async throws -> Manifest? {
        do {
            let manifest = try await self.manifest.forReading()
            try await requireSameOrganizations(in: manifest)
            return manifest
        } catch let error as ManifestError where error.code == .missing {
            try CallArchive.requireManifest(of: root)
            return nil
        }
    }

    /// The manifest for writing, also while a pass is running.
    /// - Returns: `nil` if none exists yet: then nothing is known that could be changed.
    /// - Throws: as ``manifestForReading()``.
    package func manifestForWriting() async throws -> Manifest? {
        try CallArchive.requireManifest(of: root)
        guard FileManager.default.fileExists(atPath: root.manifestPath) else { return nil }
        let manifest = try await self.manifest.forWriting()
        try await requireSameOrganizations(in: manifest)
        return manifest
    }

    /// Runs `work`, and closes the manifest and all connections afterwards: for a process that does one thing.
    /// - Throws: what `work` throws; `ManifestError` if the manifest's log cannot be written back.
    package func closing<Value>(_ work: () async throws -> Value) async throws -> Value {
        do {
            let value = try await closingConnections(work)
            try await manifest.close()
            return value
        } catch {
            try? await manifest.close()
            throw error
        }
    }

    private func requireSameOrganizations(in manifest: Manifest) async throws {
        for organization in settings.organizations {
            try await CallArchive.requireSame(organization.name, id: organization.organizationID, in: manifest)
        }
    }

    /// The standpoint of this moment for an organization, without a look at the disk.
    package func standpoint(of organization: OrganizationName) -> Standpoint {
        let now = now
        return Standpoint(
            now: now,
            today: ArchiveDay(now, in: timeZone),
            horizon: settings.captures.horizon,
            retention: settings.retention(of: organization)
        )
    }

    /// The same, with the archives that are not on the disk as they were sealed.
    /// - Parameter days: whose archives are looked for; `nil` for those of all days.
    package func standpoint(
        of organization: OrganizationName,
        _ manifest: Manifest,
        days: ClosedRange<ArchiveDay>? = nil
    ) async throws -> Standpoint {
        var standpoint = standpoint(of: organization)
        standpoint.altered = try await ArchiveSurvey(root: root, manifest: manifest)
            .altered(organization: organization, days: days)
        return standpoint
    }

    /// The days of which a part that lies in `window` has not been listed; none if no window is given.
    package func unlisted(
        in window: Range<Timestamp>?,
        organization: OrganizationName,
        _ manifest: Manifest?
    ) async throws -> [ArchiveDay] {
        guard let window else { return [] }
        guard let manifest else {
            // Nothing was ever listed. Which days a time without a beginning has, no one can say.
            guard window.lowerBound.millisecondsSince1970 > 0, window.lowerBound < now else { return [] }
            let last = min(window.upperBound, now) - .milliseconds(1)
            return ArchiveDay(window.lowerBound, in: timeZone).through(ArchiveDay(last, in: timeZone))
        }
        return try await Reporting(manifest: manifest, timeZone: timeZone)
            .unlisted(in: window, organization: organization, now: now)
    }

    /// Whether a pass is running at this moment; also true if this account may not look.
    package func isPassRunning() -> Bool { (try? PassNotice.running(over: root) != nil) ?? true }
}
