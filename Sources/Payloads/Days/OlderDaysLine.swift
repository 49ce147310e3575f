import Archiver
import Manifest
import Recordings

/// `{"type":"older", …}`: the days before those that are shown.
package struct OlderDaysLine: Encodable {
    let type = "older"
    private let organization: OrganizationName
    private let older: OlderDays

    package init(organization: OrganizationName, _ older: OlderDays) {
        self.organization = organization
        self.older = older
    }

    private enum CodingKeys: String, CodingKey {
        case type, organization, from, to, days, closed, expected, archived, stored, pending, failed, damaged, gaps
        case awaited, missing, explained, unexplained, suspect
    }

    package func encode(to encoder: any Encoder) throws {
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
