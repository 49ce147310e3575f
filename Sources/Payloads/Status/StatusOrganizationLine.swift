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

    /// Sets every property; times are texts.
    package init(
        organization: String,
        lastCompletePass: String? = nil,
        lastPass: String? = nil,
        lastPassOutcome: String? = nil,
        lastPassReason: String? = nil,
        listedThrough: String? = nil,
        accessTokenExpires: String? = nil,
        refreshTokenExpires: String? = nil,
        refreshTokenRefused: String? = nil,
        allReadSince: String? = nil,
        archives: Int,
        archivesNeverRead: Int,
        archivesWithFaults: Int,
        anchors: [AnchorLine],
        daysDiffering: Int
    ) {
        self.organization = organization
        self.lastCompletePass = lastCompletePass
        self.lastPass = lastPass
        self.lastPassOutcome = lastPassOutcome
        self.lastPassReason = lastPassReason
        self.listedThrough = listedThrough
        self.accessTokenExpires = accessTokenExpires
        self.refreshTokenExpires = refreshTokenExpires
        self.refreshTokenRefused = refreshTokenRefused
        self.allReadSince = allReadSince
        self.archives = archives
        self.archivesNeverRead = archivesNeverRead
        self.archivesWithFaults = archivesWithFaults
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
