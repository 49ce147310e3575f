import Archiver
import Foundation
import HTTPTypes
import Manifest
import Payloads
import Recordings
import Settings
import Wiring

/// Days and their archives.
struct DayRoutes: Sendable {
    let installation: Installation

    /// How many days are listed by default.
    private static let usualDays: Int64 = 30

    var routes: [Route] {
        [
            Route(.get, "/api/v1/days", parameters: ["organization", "from", "to"]) { try await list($0) },
            Route(.get, "/api/v1/days/{organization}/{day}") { try await day($0) },
            Route(.get, "/api/v1/days/{organization}/{day}/proof", .permission(.examine)) { try await proof($0) },
            Route(.get, "/api/v1/archives/{name}") { try await archive($0) },
        ]
    }

    private func list(_ inquiry: Inquiry) async throws -> Answer {
        let view = try ArchiveView(installation, inquiry)
        let names = try view.organizations(named: inquiry.query["organization"])
        let range = try range(inquiry.query)
        let manifest = try await view.manifest
        var lines: [StatusDayLine] = []
        for (name, standpoint) in try await view.standpoints(of: names, manifest).sorted(by: { $0.key < $1.key }) {
            let differing = Dictionary(grouping: try await manifest.disagreements(name), by: \.day)
            var days = try await manifest.dayStatuses(organization: name, since: range.lowerBound, at: standpoint)
            let unknown = Set(differing.keys).subtracting(days.map(\.day))
            days += unknown.map { DayStatus(organization: name, day: $0) }
            lines += days.filter { range.contains($0.day) }.sorted { $0.day < $1.day }.map { day in
                StatusDayLine(organization: name, day, differing: differing[day.day]?.map(\.source) ?? [])
            }
        }
        return try Answer.json(["days": lines])
    }

    /// The first and last day of a query. As everywhere, `to` is not included.
    private func range(_ query: QueryItems) throws(Problem) -> ClosedRange<ArchiveDay> {
        let today = ArchiveDay(installation.now, in: installation.timeZone)
        let from = try query.value("from", "a day such as 2025-11-20") { ArchiveDay($0) }
        let to = try query.value("to", "a day such as 2025-11-21") { ArchiveDay($0) }
        let last = to.map { $0.previous ?? $0 } ?? max(today, from ?? today)
        let first = from ?? ArchiveDay(daysSince1970: last.daysSince1970 - Self.usualDays + 1) ?? last
        guard first <= last else { throw Problem(.badRequest, "bad_parameter", "from is not before to") }
        guard last.daysSince1970 - first.daysSince1970 < ArchiveDay.maxAtOnce else {
            throw Problem(.badRequest, "bad_parameter", "at most ten years at a time")
        }
        return first...last
    }

    private func day(_ inquiry: Inquiry) async throws -> Answer {
        let view = try ArchiveView(installation, inquiry)
        let name = try view.organization(inquiry.value("organization"))
        guard let day = ArchiveDay(try inquiry.value("day")) else {
            throw Problem.notFound("the calendar has no such day", code: "unknown_day")
        }
        let manifest = try await view.manifest
        guard let standpoint = try await view.standpoints(of: [name], manifest, days: day...day)[name] else {
            throw Problem.notFound("nothing is known of this day", code: "unknown_day")
        }
        let reports = try await Reporting(manifest: manifest, timeZone: installation.timeZone)
            .days([day], organization: name, at: standpoint)
        guard let report = reports.first else { throw Problem.bug }
        let calls = try await manifest.calls(of: report.account.gaps.map(\.taskID), organization: name)
        return try Answer.json(
            DayDetail(
                line: ReportDayLine(report, root: installation.root),
                missing: report.account.gaps.map { GapLine($0, call: calls[$0.taskID]) },
                suspects: report.suspects.map(SuspectLine.init),
                witnesses: report.comparisons.map(ComparisonLine.init),
                closings: try await DayClosings(installation: installation).lines(of: day, name, manifest)
            )
        )
    }

    /// The line of a day's report, with lists of what it counts.
    private struct DayDetail: Encodable {
        let line: ReportDayLine
        let missing: [GapLine]
        let suspects: [SuspectLine]
        let witnesses: [ComparisonLine]
        let closings: [DayClosings.Line]

        private enum CodingKeys: String, CodingKey {
            case witnesses, closings
            case missing = "gap_list"
            case suspects = "suspect_list"
        }

        func encode(to encoder: any Encoder) throws {
            try line.encode(to: encoder)
            var object = encoder.container(keyedBy: CodingKeys.self)
            try object.encode(missing, forKey: .missing)
            try object.encode(suspects, forKey: .suspects)
            try object.encode(witnesses, forKey: .witnesses)
            try object.encode(closings, forKey: .closings)
        }
    }

    /// The proof that the statement with which a day was closed last is in the evidence log.
    private func proof(_ inquiry: Inquiry) async throws -> Answer {
        let view = try ArchiveView(installation, inquiry)
        let name = try view.organization(inquiry.value("organization"))
        guard let day = ArchiveDay(try inquiry.value("day")) else {
            throw Problem.notFound("the calendar has no such day", code: "unknown_day")
        }
        let form = try ProofAnswer.Form(accept: inquiry.headers[.accept])
        return try await DayClosings(installation: installation).proof(of: day, name, view.manifest).answer(form)
    }

    private func archive(_ inquiry: Inquiry) async throws -> Answer {
        let view = try ArchiveView(installation, inquiry)
        let unknown = Problem.notFound("there is no such archive", code: "unknown_archive")
        guard let name = ArchiveName(try inquiry.value("name")),
            view.organizations.contains(where: { $0.name == name.organization })
        else { throw unknown }
        let manifest = try await view.manifest
        let days = name.day...name.day
        guard
            let standpoint = try await view.standpoints(of: [name.organization], manifest, days: days)[
                name.organization
            ]
        else { throw unknown }
        let standings = try await manifest.archiveStandings(
            name.organization,
            day: name.day,
            altered: standpoint.altered
        )
        guard let standing = standings.first(where: { $0.archive.name == name }) else { throw unknown }
        return try Answer.json(
            ArchiveDetail(name: name, line: ArchiveStandingLine(standing, root: installation.root))
        )
    }

    /// The line of an archive in a report, with the archive's name.
    private struct ArchiveDetail: Encodable {
        let name: ArchiveName
        let line: ArchiveStandingLine

        private enum CodingKeys: String, CodingKey {
            case type, name, organization, day
        }

        func encode(to encoder: any Encoder) throws {
            try line.encode(to: encoder)
            var object = encoder.container(keyedBy: CodingKeys.self)
            try object.encode("archive", forKey: .type)
            try object.encode(name.description, forKey: .name)
            try object.encode(name.organization, forKey: .organization)
            try object.encode(name.day, forKey: .day)
        }
    }
}
