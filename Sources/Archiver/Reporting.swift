import Foundation
import Manifest
import Recordings

/// What is told of one organization's day: its figures, its archives, what is missing of it, and whether it is closed.
package struct DayReport: Sendable {
    package var account: DayAccount
    /// Its sealed archives, by sequence.
    package var archives: [ArchiveRow]
    /// Why it is not closed; empty where it is.
    package var openBecause: [OpenReason]
    /// What other sources of the provider's said of it last.
    package var witnesses: [DayWitness]

    package init(
        account: DayAccount,
        archives: [ArchiveRow],
        openBecause: [OpenReason],
        witnesses: [DayWitness] = []
    ) {
        self.account = account
        self.archives = archives
        self.openBecause = openBecause
        self.witnesses = witnesses
    }

    package var organization: OrganizationName { account.figures.organization }
    package var day: ArchiveDay { account.figures.day }
    package var summary: PassSummary { account.figures.summary }
    package var isClosed: Bool { openBecause.isEmpty }
    /// Other sources whose last word on the day does not fit what was known then.
    package var differing: [DayWitness.Source] {
        witnesses.filter { $0.absence == nil && !$0.fits }.map(\.source)
    }

    /// Why a day is not closed.
    package enum OpenReason: Hashable, Sendable, CustomStringConvertible {
        /// It is not over.
        case notOver
        /// The provider's listing has not been read to its end, or from its beginning.
        case notListed
        /// A listing may have left out a task of it.
        case listingDoubt
        case pending(Int)
        case unexplained(Int)
        /// Tasks of which the provider has not said yet whether a recording was requested.
        case undetermined(Int)
        /// Recordings that are stored and wait for their archive to be sealed.
        case unsealed(Int)
        /// Its record counts tasks or recordings that are not known any more: an archive is lost.
        case fewerThanRecorded
        /// Nothing stands in the way: the next pass closes it.
        case notClosedYet

        /// The word that programs compare.
        package var code: String {
            switch self {
            case .notOver: "not_over"
            case .notListed: "not_listed"
            case .listingDoubt: "listing_doubt"
            case .pending: "pending"
            case .unexplained: "unexplained"
            case .undetermined: "undetermined"
            case .unsealed: "unsealed"
            case .fewerThanRecorded: "fewer_than_recorded"
            case .notClosedYet: "not_closed_yet"
            }
        }

        /// For people.
        package var description: String {
            switch self {
            case .notOver: "not over"
            case .notListed: "not listed"
            case .listingDoubt: "a task may be missing from the listing"
            case .pending(let count): "\(count) pending"
            case .unexplained(let count): "\(count) unexplained"
            case .undetermined(let count): "\(count) undetermined"
            case .unsealed(let count): "\(count) not sealed"
            case .fewerThanRecorded: "fewer than its record counts: an archive of it is missing"
            case .notClosedYet: "the next pass closes it"
            }
        }
    }
}

/// Makes reports out of the manifest. Of closed days it reads their records, of others it counts.
package struct Reporting: Sendable {
    private let manifest: Manifest
    private let timeZone: TimeZone

    package init(manifest: Manifest, timeZone: TimeZone) {
        self.manifest = manifest
        self.timeZone = timeZone
    }

    /// The reports of these days, oldest first, also of those of which nothing is known.
    /// - Throws: `ManifestError`, with code `unknown` where the organization is not registered.
    package func days(
        _ days: [ArchiveDay],
        organization: OrganizationName,
        at standpoint: Standpoint
    ) async throws -> [DayReport] {
        let outlook = try await manifest.closingOutlook(organization)
        var reports: [DayReport] = []
        for day in days {
            let account = try await manifest.account(organization, day: day, at: standpoint)
            let record = try await manifest.dayCloses(organization, days: day...day).first?.record
            reports.append(
                DayReport(
                    account: account,
                    archives: try await manifest.sealedArchives(organization: organization, day: day),
                    openBecause: reasons(account.figures, record, outlook, today: standpoint.today),
                    witnesses: try await manifest.witnesses(organization, days: day...day)
                )
            )
        }
        return reports
    }

    private func reasons(
        _ figures: DayReconciliation,
        _ record: DayClose?,
        _ outlook: ClosingOutlook,
        today: ArchiveDay
    ) -> [DayReport.OpenReason] {
        if figures.isClosed { return [] }
        guard figures.day < today else { return [.notOver] }
        var reasons: [DayReport.OpenReason] = []
        if !outlook.hasListed(figures.day, in: timeZone) { reasons.append(.notListed) }
        if outlook.doubted.contains(figures.day) { reasons.append(.listingDoubt) }
        let recordings = figures.summary.recordings
        if recordings.pending > 0 { reasons.append(.pending(recordings.pending)) }
        if recordings.unexplained > 0 { reasons.append(.unexplained(recordings.unexplained)) }
        let undetermined = figures.summary.tasks.unresolved + figures.summary.tasks.inProgress
        if undetermined > 0 { reasons.append(.undetermined(undetermined)) }
        if let record, !figures.matches(record) { reasons.append(.fewerThanRecorded) }
        if recordings.stored > 0 { reasons.append(.unsealed(recordings.stored)) }
        return reasons.isEmpty ? [.notClosedYet] : reasons
    }
}
