import Manifest
import Recordings

/// `{"type":"organization", …}`: the state of an organization's archive.
package struct StatusOrganizationLine: Encodable {
    let type = "organization"
    var organization: String
    /// Among the passes that continued the listing and reached the present.
    var lastCompletePass: String?
    /// The last pass over any window that went through or failed; stopped passes do not count.
    var lastPass: String?
    var lastPassOutcome: String?
    var lastPassReason: String?
    var listedThrough: String?
    var accessTokenExpires: String?
    var refreshTokenExpires: String?
    /// When the provider refused the refresh token; absent if it has not.
    var refreshTokenRefused: String?
    /// Every byte was read at this time or later; absent if some have never been read.
    var allReadSince: String?
    /// Sealed archives.
    var archives: Int
    var archivesNeverRead: Int
    var archivesWithFaults: Int
    /// The last states of the evidence log that its anchors have seen, in the configuration's order.
    var anchors: [AnchorLine]
    /// Days that disagree with another source of the provider's.
    var daysDiffering: Int

    /// - Parameters:
    ///   - complete: the last complete pass that reached the present.
    ///   - last: the last pass over any window that went through or failed.
    ///   - tokens: when the tokens expire, and when the provider refused the refresh token; `nil` for what is not known.
    package init(
        organization: OrganizationName,
        complete: PassRow?,
        last: PassRow?,
        listedThrough: Timestamp?,
        tokens: (accessExpires: Timestamp?, refreshExpires: Timestamp?, refused: Timestamp?),
        reading: ReadingStatus,
        anchors: [AnchorLine],
        daysDiffering: Int
    ) {
        self.organization = organization.description
        lastCompletePass = complete?.endedTime?.description
        lastPass = last?.endedTime?.description
        lastPassOutcome = last?.outcome?.rawValue
        lastPassReason = last?.reason
        self.listedThrough = listedThrough?.description
        accessTokenExpires = tokens.accessExpires?.description
        refreshTokenExpires = tokens.refreshExpires?.description
        refreshTokenRefused = tokens.refused?.description
        allReadSince = reading.allReadSince?.description
        archives = reading.archives
        archivesNeverRead = reading.neverRead
        archivesWithFaults = reading.faulty
        self.anchors = anchors
        self.daysDiffering = daysDiffering
    }

    private enum CodingKeys: String, CodingKey {
        case type, organization, archives, anchors
        case lastCompletePass = "last_complete_pass"
        case lastPass = "last_pass"
        case lastPassOutcome = "last_pass_outcome"
        case lastPassReason = "last_pass_reason"
        case listedThrough = "listed_through"
        case accessTokenExpires = "access_token_expires"
        case refreshTokenExpires = "refresh_token_expires"
        case refreshTokenRefused = "refresh_token_refused"
        case allReadSince = "all_read_since"
        case archivesNeverRead = "archives_never_read"
        case archivesWithFaults = "archives_with_faults"
        case daysDiffering = "days_differing"
    }
}
