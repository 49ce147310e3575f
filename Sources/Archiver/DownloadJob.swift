import Foundation
import Manifest
import Recordings
import WebexContactCenter

/// One organization as a pass deals with it.
package struct Organization: Sendable {
    package var name: OrganizationName
    package var id: OrganizationID
    package var contactCenter: ContactCenter

    package init(name: OrganizationName, id: OrganizationID, contactCenter: ContactCenter) {
        self.name = name
        self.id = id
        self.contactCenter = contactCenter
    }
}

/// A recording whose bytes are wanted, with a URL to get them from for a while.
struct DownloadJob: Sendable {
    var organization: Organization
    var work: RecordingWork
    /// When the URL stops working, by our clock.
    var urlExpiry: Timestamp
}
