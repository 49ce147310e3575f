import Foundation
import Manifest
import Recordings
import WebexContactCenter

/// An organization in a pass.
package struct Organization: Sendable {
    package var name: OrganizationName
    package var id: OrganizationID
    package var contactCenter: ContactCenter
    /// Whether the task list is compared with agents' activities.
    package var crossChecksActivities: Bool
    /// Whether the provider's platform has Search at all.
    package var hasSearch: Bool
    /// Whether the task list is compared with Search.
    package var crossChecksSearch: Bool
    /// Whether the configuration explicitly asks for that, so that its absence is reported.
    package var demandsSearch: Bool
    /// Whether the task list is compared with queue statistics.
    package var crossChecksStatistics: Bool
    /// The channels whose tasks are listed; empty for all.
    package var channelTypes: [String]

    init(_ settings: ProviderSettings, contactCenter: ContactCenter) {
        name = settings.organization
        id = settings.organizationID
        self.contactCenter = contactCenter
        crossChecksActivities = settings.crossChecksActivities
        hasSearch = settings.dialect.hasSearch
        crossChecksSearch = settings.crossChecksSearch
        demandsSearch = settings.demandsSearch
        crossChecksStatistics = settings.crossChecksStatistics
        channelTypes = settings.channelTypes
    }
}

/// A recording to fetch, with a URL that works for a while.
struct DownloadJob: Sendable {
    var organization: Organization
    var work: RecordingWork
    /// When the URL expires, by our clock.
    var urlExpiry: Timestamp
}
