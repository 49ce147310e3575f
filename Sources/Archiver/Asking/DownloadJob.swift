import Foundation
import Manifest
import Recordings
import WebexContactCenter

/// One organization as a pass deals with it.
package struct Organization: Sendable {
    package var name: OrganizationName
    package var id: OrganizationID
    package var contactCenter: ContactCenter
    /// Whether the listing of tasks is held against agents' activities.
    package var crossChecksActivities: Bool
    /// Whether the provider's platform has Search at all.
    package var hasSearch: Bool
    /// Whether it is held against Search.
    package var crossChecksSearch: Bool
    /// Whether the configuration asks for that in so many words, so that its absence is to be told.
    package var demandsSearch: Bool
    /// Whether it is held against queue statistics.
    package var crossChecksStatistics: Bool
    /// The channels whose tasks are listed; none for all.
    package var channelTypes: [String]

    package init(
        name: OrganizationName,
        id: OrganizationID,
        contactCenter: ContactCenter,
        crossChecksActivities: Bool,
        hasSearch: Bool = true,
        crossChecksSearch: Bool,
        demandsSearch: Bool = false,
        crossChecksStatistics: Bool,
        channelTypes: [String]
    ) {
        self.name = name
        self.id = id
        self.contactCenter = contactCenter
        self.crossChecksActivities = crossChecksActivities
        self.hasSearch = hasSearch
        self.crossChecksSearch = crossChecksSearch
        self.demandsSearch = demandsSearch
        self.crossChecksStatistics = crossChecksStatistics
        self.channelTypes = channelTypes
    }
}

/// A recording whose bytes are wanted, with a URL to get them from for a while.
struct DownloadJob: Sendable {
    var organization: Organization
    var work: RecordingWork
    /// When the URL stops working, by our clock.
    var urlExpiry: Timestamp
}
