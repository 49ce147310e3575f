import Archiver
import Files
import Foundation
import Manifest
import Recordings
import Settings

extension Installation {
    /// The manifest for reading, even while a pass is running.
    /// - Returns: `nil` if none exists yet, or only the beginning of one, left by a process that was killed while
    ///   creating it.
    /// - Throws: `ArchiverError` if there is no manifest but there are archives, because then nothing is known about
    ///   them; and if an organization has another name or ID in the manifest than in the configuration.
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

    /// The manifest for writing, even while a pass is running.
    /// - Returns: `nil` if none exists yet: then nothing is known that could be changed.
    /// - Throws: as ``manifestForReading()``.
    package func manifestForWriting() async throws -> Manifest? {
        try CallArchive.requireManifest(of: root)
        guard FileManager.default.fileExists(atPath: root.manifestPath) else { return nil }
        let manifest = try await self.manifest.forWriting()
        try await requireSameOrganizations(in: manifest)
        return manifest
    }

    /// Runs `work`, then closes the manifest and all connections: for a process that does only one thing.
    /// - Throws: errors of `work`; `ManifestError` if the manifest's WAL cannot be checkpointed.
    package func closing<Value>(_ work: () async throws -> Value) async throws -> Value {
        if staysOpen { return try await work() }
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

    /// The present standpoint for an organization, without looking at the disk.
    package func standpoint(of organization: OrganizationName) -> Standpoint {
        let now = now
        return Standpoint(
            now: now,
            today: ArchiveDay(now, in: timeZone),
            horizon: settings.captures.horizon,
            retention: settings.retention(of: organization)
        )
    }

    /// The same, with the archives whose files are not as they were sealed.
    /// - Parameter days: the days whose archives are looked up; `nil` for all.
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

    /// The days of which a part in `window` has not been listed; none if no window is given.
    package func unlisted(
        in window: Range<Timestamp>?,
        organization: OrganizationName,
        _ manifest: Manifest?
    ) async throws -> [ArchiveDay] {
        guard let window else { return [] }
        guard let manifest else {
            // Nothing was ever listed. If a window has no beginning, no one can say which days it has.
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
