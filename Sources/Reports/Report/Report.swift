import Archiver
import DailyArchive
import Files
import Foundation
import Manifest
import Payloads
import Recordings
import Settings

/// The content of `report`, in whatever form it is written.
package struct Report {
    package let period: ReportPeriod
    /// One for each organization.
    package let sections: [Section]
    let root: ArchiveRoot
    /// Of the program that makes it.
    let version: String
    package let timeZone: TimeZone
    let madeTime: Timestamp
    /// The pass that runs over one of its organizations.
    let running: PassNotice.Running?

    /// One organization's days.
    package struct Section {
        package let organization: OrganizationName
        package let organizationID: OrganizationID
        /// Each day of the period, oldest first.
        package let days: [DayReport]
        /// The calls that the gaps belong to, as far as they are known.
        package let calls: [TaskID: KnownCall]
        /// What the days come to.
        package let verdict: ReportVerdict

        init(
            organization: OrganizationName,
            organizationID: OrganizationID,
            days: [DayReport],
            calls: [TaskID: KnownCall] = [:]
        ) {
            self.organization = organization
            self.organizationID = organizationID
            self.days = days
            self.calls = calls
            verdict = ReportVerdict(days)
        }

        /// Every gap of these days.
        package var gaps: [Gap] { days.flatMap(\.account.gaps) }
        /// The suspect recordings.
        package var suspects: [SuspectRow] { days.flatMap(\.suspects) }
        /// The archives.
        package var archives: [ArchiveStanding] { days.flatMap(\.archives) }
        /// The copies in them that do not count.
        package var displaced: [DisplacedCopy] { archives.flatMap(\.displaced) }
        /// What closes the days.
        package var steps: [ReportStep] { ReportStep.steps(days) }
    }

    /// The verdict on one organization, with its name if there are several.
    package func sentence(_ section: Section) -> String {
        section.verdict.sentence(of: sections.count > 1 ? "\(period.name), \(section.organization)" : period.name)
    }

    /// A remark on figures that a running pass is changing; `nil` if none runs.
    package var remark: String? { RunningPass(running, now: madeTime, timeZone: timeZone).remark }

    /// The name of its time zone.
    package var zone: String { timeZone.name }

    /// When it was made, and by which version.
    package var making: String { "\(madeTime.text(in: timeZone)) by Callark \(version)" }

    /// The meaning of the columns.
    package static let legend = [
        "Expected = archived + stored + pending + missing + explained + damaged.",
        "Stored: received, and not yet sealed. Pending: not yet received, or the provider may still have it.",
        "Missing: known not to be held, and no one has explained it. Explained: not held, and an operator has said why.",
        "Damaged: was archived, and its bytes are changed or gone. Suspect: held, and looks incomplete.",
        "Closed: the day is over, and everything expected of it is archived or explained.",
    ]
}

/// A line of a report's table of days.
package struct ReportRow {
    let organization: OrganizationName
    /// `nil` for the total.
    let day: ArchiveDay?
    let figures: ReportFigures
    /// The code that programs compare.
    let stateCode: String
    /// The same for people, with the reasons.
    let state: String
    /// The same for people, without the reasons: `TO DO` lists them below.
    let shortState: String
    let openBecause: String
    let differing: String

    package init(_ report: DayReport) {
        organization = report.organization
        day = report.day
        figures = ReportFigures(report.account)
        stateCode = report.stateCode
        state = report.state
        shortState = report.shortState
        openBecause = report.openBecause.map(\.code).joined(separator: " ")
        differing = report.differing.map(\.rawValue).joined(separator: " ")
    }

    /// The total over all days of a section.
    package init(totalOf section: Report.Section) {
        organization = section.organization
        day = nil
        figures = section.verdict.figures
        stateCode = ""
        state = "\(section.verdict.days.closed.grouped) of \(section.verdict.days.count.grouped) closed"
        shortState = "\(section.verdict.days.closed) of \(section.verdict.days.count)"
        openBecause = ""
        differing = ""
    }
}

extension DayReport {
    /// A row for an organization that no pass has covered yet.
    init(unknown day: ArchiveDay, of organization: OrganizationName) {
        self.init(
            account: DayAccount(figures: DayReconciliation(organization: organization, day: day)),
            archives: [],
            openBecause: [.notListed]
        )
    }

    /// For people, with the reasons.
    var state: String {
        let reasons = openBecause.map(\.description).joined(separator: ", ")
        let state = isClosed ? "closed" : "\(stateCode): \(reasons)"
        return differing.reduce(state) { "\($0), differs from \($1.name)" }
    }

    /// For people, in few words.
    var shortState: String {
        let state = openBecause == [.notOver] ? "not over" : openBecause == [.notListed] ? "not listed" : stateCode
        return differing.isEmpty ? state : "\(state), differs"
    }
}
