import Archiver
import Manifest
import Recordings

/// `{"type":"day", …}`: a day and what it comes to.
struct StatusDayLine: Encodable {
    let type = "day"
    var organization: String
    var day: ArchiveDay
    var expected: Int
    var archived: Int
    var stored: Int
    var pending: Int
    var failed: Int
    var damaged: Int
    var gaps: Int
    /// The part of `gaps` that the provider may still fill: in text it is pending.
    var awaited: Int
    var missing: Int
    var explained: Int
    var unexplained: Int
    var suspect: Int
    var closed: Bool
    /// `closed`, `open`, or `damaged`.
    var state: String
    /// Other sources of the provider's whose counts of the day do not fit; a line of type `witness` has each.
    var differing: [DayWitness.Source]

    init(organization: OrganizationName, _ status: DayStatus, differing: [DayWitness.Source]) {
        self.differing = differing
        self.organization = organization.description
        day = status.day
        expected = status.expected
        archived = status.archived
        stored = status.stored
        pending = status.pending
        failed = status.failed
        damaged = status.damaged
        gaps = status.gaps
        awaited = status.awaited
        missing = ReportFigures(status).missing
        explained = status.explained
        unexplained = status.unexplained
        suspect = status.suspect
        closed = status.isClosed
        state = status.isDamaged ? "damaged" : status.isClosed ? "closed" : "open"
    }
}

/// `{"type":"organization", …}`.
struct StatusOrganizationLine: Encodable {
    let type = "organization"
    var organization: String
    /// Of those that joined what had been listed and reached to their own time.
    var lastCompletePass: String?
    /// The last one over any window that went through or could not go on.
    var lastPass: String?
    var lastPassOutcome: String?
    var lastPassReason: String?
    var listedThrough: String?
    var accessTokenExpires: String?
    var refreshTokenExpires: String?
    /// When the provider refused the refresh token; absent if it has not.
    var refreshTokenRefused: String?
    /// Every byte was read at this time or later; absent if some were never read.
    var allReadSince: String?
    var archivesNeverRead: Int
    var archivesWithFaults: Int
    /// Days that differ from what another source of the provider's counts.
    var daysDiffering: Int

    enum CodingKeys: String, CodingKey {
        case type, organization
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

/// The last line.
struct StatusSummaryLine: Encodable {
    let type = "summary"
    var root: String
    /// Whether a pass runs; absent if that cannot be found out.
    var running: Bool?
    var freeBytes: Int64?
    var totalBytes: Int64?
    var minimumFreeBytes: Int64
    var openArchives: Int
    var alarms: Int

    enum CodingKeys: String, CodingKey {
        case type, root, running, alarms
        case freeBytes = "free_bytes"
        case totalBytes = "total_bytes"
        case minimumFreeBytes = "minimum_free_bytes"
        case openArchives = "open_archives"
    }
}

/// `{"type":"older", …}`: the days before those that are shown.
struct OlderDaysLine: Encodable {
    let type = "older"
    var organization: OrganizationName
    private let older: OlderDays

    init(organization: OrganizationName, _ older: OlderDays) {
        self.organization = organization
        self.older = older
    }

    enum CodingKeys: String, CodingKey {
        case type, organization, from, to, days, closed, expected, archived, stored, pending, failed, damaged, gaps
        case awaited, missing, explained, unexplained, suspect
    }

    func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: CodingKeys.self)
        try line.encode(type, forKey: .type)
        try line.encode(organization, forKey: .organization)
        try line.encode(older.first, forKey: .from)
        try line.encode(older.last, forKey: .to)
        try line.encode(older.days, forKey: .days)
        try line.encode(older.closed, forKey: .closed)
        try line.encode(older.total.expected, forKey: .expected)
        try line.encode(older.total.archived, forKey: .archived)
        try line.encode(older.total.stored, forKey: .stored)
        try line.encode(older.total.pending, forKey: .pending)
        try line.encode(older.total.failed, forKey: .failed)
        try line.encode(older.total.damaged, forKey: .damaged)
        try line.encode(older.total.gaps, forKey: .gaps)
        try line.encode(older.total.awaited, forKey: .awaited)
        try line.encode(ReportFigures(older.total).missing, forKey: .missing)
        try line.encode(older.total.explained, forKey: .explained)
        try line.encode(older.total.unexplained, forKey: .unexplained)
        try line.encode(older.total.suspect, forKey: .suspect)
    }
}
