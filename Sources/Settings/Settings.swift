import Foundation
import Recordings

/// The configuration: the file, overridden by the environment, read, checked and complete.
package struct Settings: Sendable {
    package var archive: ArchiveSettings
    /// At least one; no two have the same name.
    package var organizations: [OrganizationSettings]
    package var captures: CaptureSettings
    package var downloads: DownloadSettings
    package var alarms: AlarmLimits
    package var evidence: EvidenceSettings
    package var audit: AuditSettings
    package var service: ServiceSettings
    package var notifications: [NotificationSettings]
    /// Where sealed archives are also kept; `nil` for the disk only.
    package var vault: VaultSettings?

    package init(
        archive: ArchiveSettings,
        organizations: [OrganizationSettings],
        captures: CaptureSettings,
        downloads: DownloadSettings,
        alarms: AlarmLimits,
        evidence: EvidenceSettings = EvidenceSettings(),
        audit: AuditSettings = AuditSettings(),
        service: ServiceSettings = ServiceSettings(),
        notifications: [NotificationSettings] = [],
        vault: VaultSettings? = nil
    ) {
        self.archive = archive
        self.organizations = organizations
        self.captures = captures
        self.downloads = downloads
        self.alarms = alarms
        self.evidence = evidence
        self.audit = audit
        self.service = service
        self.notifications = notifications
        self.vault = vault
    }
}

extension Settings {
    /// How long the provider keeps the recordings of `organization`.
    package func retention(of organization: OrganizationName) -> Duration {
        organizations.first { $0.name == organization }?.providerRetention ?? captures.providerRetention
    }
}
