import Foundation
import Manifest
import Recordings

/// The report on one organization's day: its figures, its archives, its gaps, and whether it is closed.
package struct DayReport: Sendable {
    package var account: DayAccount
    /// Its sealed archives by sequence, and what counts in each.
    package var archives: [ArchiveStanding]
    /// Why it is not closed; empty if it is.
    package var openBecause: [OpenReason]
    /// The latest counts of the provider's other sources.
    package var comparisons: [DayComparison]
    /// Its recordings that are held and suspect.
    package var suspects: [SuspectRow]
    /// The statement with which it was closed last; `nil` if it never was.
    package var statement: DayCloseRow?
    /// Whether the running pass covers it.
    package var isUnderWay = false

    package init(
        account: DayAccount,
        archives: [ArchiveStanding],
        openBecause: [OpenReason],
        comparisons: [DayComparison] = [],
        suspects: [SuspectRow] = [],
        statement: DayCloseRow? = nil
    ) {
        self.account = account
        self.archives = archives
        self.openBecause = openBecause
        self.comparisons = comparisons
        self.suspects = suspects
        self.statement = statement
    }

    package var organization: OrganizationName { account.figures.organization }
    package var day: ArchiveDay { account.figures.day }
    package var summary: PassSummary { account.figures.summary }
    package var isClosed: Bool { openBecause.isEmpty }
    /// Whether something in it that was archived is damaged, and neither repaired nor explained.
    package var isDamaged: Bool {
        openBecause.contains { reason in
            switch reason {
            case .damaged, .archivesDamaged: true
            default: false
            }
        }
    }
    /// Whether a task of it may be unknown, so that its figures may be incomplete.
    package var isInDoubt: Bool { openBecause.contains { $0 == .notListed || $0 == .listingDoubt } }
    /// What closes it, step by step; empty if it is closed or not over.
    package var needed: [String] {
        openBecause.needed(organization, day...day, isUnderWay: isUnderWay)
    }
    /// The other sources whose latest counts of the day did not fit what was known then.
    package var differing: [DayComparison.Source] {
        comparisons.filter { $0.absence == nil && !$0.fits }.map(\.source)
    }

    /// Why a day is not closed.
    package enum OpenReason: Hashable, Sendable, CustomStringConvertible {
        /// It is not over.
        case notOver
        /// The provider's listing was not read to the day's end, or from its beginning.
        case notListed
        /// A listing may have left out one of its tasks.
        case listingDoubt
        /// Recordings that were archived are damaged or gone.
        case damaged(Int)
        /// Archives have faults that are not those of a single recording.
        case archivesDamaged(Int)
        /// What the next pass fetches or asks about, and what the provider was asked about and does not have yet.
        case pending(Int, awaited: Int)
        case unexplained(Int)
        /// Tasks for which the provider has not said yet whether a recording was requested.
        case undetermined(Int)
        /// Recordings that are stored and wait for their archive to be sealed.
        case unsealed(Int)
        /// Archives that are sealed, and wait until the vault has them.
        case unvaulted(Int)
        /// Its record counts tasks or recordings that are no longer known, because an archive is lost.
        case fewerThanRecorded
        /// Nothing prevents it: the next pass closes the day.
        case notClosedYet

        /// What closes the days if this is all that keeps them open, step by step; commands, except for what a person
        /// has to do.
        package func needed(_ organization: OrganizationName, _ days: ClosedRange<ArchiveDay>) -> [String] {
            let isOne = days.lowerBound == days.upperBound
            let window = isOne ? "--day \(days.lowerBound)" : "--from \(days.lowerBound) --to \(days.upperBound.next)"
            let again = "callark archive --org \(organization) \(window)"
            let next = "callark archive --org \(organization)"
            return switch self {
            case .notOver: []
            case .notListed, .listingDoubt, .pending(_, awaited: 0), .undetermined: [again]
            case .archivesDamaged, .damaged:
                [GapReason.adviceOnDamage]
                    + days.lowerBound.through(days.upperBound).map {
                        "callark verify --repair --org \(organization) --day \($0)"
                    } + [again]
            case .pending:
                [
                    "wait: passes ask again until the horizon (callark gaps --org \(organization) \(window) says when next)",
                    again,
                ]
            case .unexplained:
                ["explain what will not come (callark gaps --org \(organization) \(window))", again]
            case .unsealed, .unvaulted, .notClosedYet: [next]
            case .fewerThanRecorded:
                ["restore the missing archive, with its side file", next]
            }
        }

        /// Whether a pass over the day ends this reason, or shows what remains of it.
        fileprivate var isLeftToPass: Bool {
            switch self {
            case .notListed, .listingDoubt, .pending, .undetermined, .unsealed, .unvaulted, .notClosedYet: true
            case .notOver, .damaged, .archivesDamaged, .unexplained, .fewerThanRecorded: false
            }
        }

        /// The code that programs compare.
        package var code: String {
            switch self {
            case .notOver: "not_over"
            case .notListed: "not_listed"
            case .listingDoubt: "listing_doubt"
            case .damaged: "damaged"
            case .archivesDamaged: "archives_damaged"
            case .pending: "pending"
            case .unexplained: "unexplained"
            case .undetermined: "undetermined"
            case .unsealed: "unsealed"
            case .unvaulted: "unvaulted"
            case .fewerThanRecorded: "fewer_than_recorded"
            case .notClosedYet: "not_closed_yet"
            }
        }

        /// The same reason for both days together; `nil` if `other` is a different one.
        fileprivate func joined(with other: OpenReason) -> OpenReason? {
            switch (self, other) {
            case (.damaged(let one), .damaged(let two)): .damaged(one + two)
            case (.archivesDamaged(let one), .archivesDamaged(let two)): .archivesDamaged(one + two)
            case (.pending(let one, let awaited), .pending(let two, let more)):
                .pending(one + two, awaited: awaited + more)
            case (.unexplained(let one), .unexplained(let two)): .unexplained(one + two)
            case (.undetermined(let one), .undetermined(let two)): .undetermined(one + two)
            case (.unsealed(let one), .unsealed(let two)): .unsealed(one + two)
            case (.unvaulted(let one), .unvaulted(let two)): .unvaulted(one + two)
            default: self == other ? self : nil
            }
        }

        /// For people.
        package var description: String {
            switch self {
            case .notOver: "not over"
            case .notListed: "not listed"
            case .listingDoubt: "a task may be missing from the listing"
            case .damaged(let count): "\(count) damaged"
            case .archivesDamaged(1): "1 archive damaged"
            case .archivesDamaged(let count): "\(count) archives damaged"
            case .pending(let known, let awaited): "\(known + awaited) pending"
            case .unexplained(let count): "\(count) unexplained"
            case .undetermined(let count): "\(count) undetermined"
            case .unsealed(let count): "\(count) not sealed"
            case .unvaulted(1): "1 archive not in the vault"
            case .unvaulted(let count): "\(count) archives not in the vault"
            case .fewerThanRecorded: "fewer than its record counts: an archive of it is missing"
            case .notClosedYet: "the next pass closes it"
            }
        }
    }
}

extension [DayReport.OpenReason] {
    /// What closes these days, step by step. A step that occurs several times stays only in its last place.
    /// - Parameter isUnderWay: whether the running pass covers them.
    package func needed(
        _ organization: OrganizationName,
        _ days: ClosedRange<ArchiveDay>,
        isUnderWay: Bool = false
    ) -> [String] {
        let reasons = isUnderWay ? filter { !$0.isLeftToPass } : self
        let wait = reasons.count < count ? ["wait until the pass that is running ends"] : []
        return (wait + reasons.flatMap { $0.needed(organization, days) }).reduce(into: []) { steps, step in
            steps.removeAll { $0 == step }
            steps.append(step)
        }
    }

    /// The same reasons for both days together; `nil` if the days are open for different ones.
    func joined(with others: Self) -> Self? {
        guard count == others.count else { return nil }
        let joined = zip(self, others).compactMap { $0.joined(with: $1) }
        return joined.count == count ? joined : nil
    }
}

/// Makes reports from the manifest: of closed days from their records, of other days by counting.
package struct Reporting: Sendable {
    private let manifest: Manifest
    private let timeZone: TimeZone

    package init(manifest: Manifest, timeZone: TimeZone) {
        self.manifest = manifest
        self.timeZone = timeZone
    }

    /// The reports of these days, oldest first, including days about which nothing is known.
    /// - Throws: `ManifestError`, with code `unknown` if the organization is not registered.
    package func days(
        _ days: [ArchiveDay],
        organization: OrganizationName,
        at standpoint: Standpoint
    ) async throws -> [DayReport] {
        let outlook = try await manifest.closingOutlook(organization, altered: standpoint.altered)
        var reports: [DayReport] = []
        for day in days {
            let account = try await manifest.account(organization, day: day, at: standpoint)
            let statement = try await manifest.dayCloses(organization, days: day...day).first
            reports.append(
                DayReport(
                    account: account,
                    archives: try await manifest.archiveStandings(organization, day: day, altered: standpoint.altered),
                    openBecause: reasons(account.figures, statement?.record, outlook, today: standpoint.today),
                    comparisons: try await manifest.comparisons(organization, days: day...day),
                    suspects: try await manifest.suspects(organization, day: day),
                    statement: statement
                )
            )
        }
        return reports
    }

    /// The days that are in `window`, whole or in part, and whose part in it is not listed: what is missing there is
    /// unknown. Days in the future are left out and, if the window has no beginning, those before the first known one.
    /// - Parameter now: the present.
    package func unlisted(
        in window: Range<Timestamp>,
        organization: OrganizationName,
        now: Timestamp
    ) async throws -> [ArchiveDay] {
        var outlook = ClosingOutlook()
        if try await manifest.organizations().contains(where: { $0.name == organization }) {
            outlook = try await manifest.closingOutlook(organization)
        }
        let known = outlook.firstDay(in: timeZone)?.interval(in: timeZone).lowerBound ?? now
        let first = window.lowerBound.millisecondsSince1970 > 0 ? window.lowerBound : min(known, window.upperBound)
        return outlook.unlisted(in: first..<max(first, min(window.upperBound, now)), timeZone: timeZone)
    }

    private func reasons(
        _ figures: DayReconciliation,
        _ record: DayClose?,
        _ outlook: ClosingOutlook,
        today: ArchiveDay
    ) -> [DayReport.OpenReason] {
        if figures.isClosed { return [] }
        let damages = damages(figures, outlook)
        guard figures.day < today else { return damages + [.notOver] }
        var reasons = damages
        if !outlook.hasListed(figures.day, in: timeZone) { reasons.append(.notListed) }
        if outlook.doubted.contains(figures.day) { reasons.append(.listingDoubt) }
        let recordings = figures.summary.recordings
        let pending = recordings.pending + recordings.awaited
        let awaited = min(recordings.awaited, recordings.reasons[.notYetAvailable] ?? 0)
        if pending > 0 { reasons.append(.pending(pending - awaited, awaited: awaited)) }
        if recordings.missing > 0 { reasons.append(.unexplained(recordings.missing)) }
        let undetermined = figures.summary.tasks.unresolved + figures.summary.tasks.inProgress
        if undetermined > 0 { reasons.append(.undetermined(undetermined)) }
        if let record, !figures.matches(record) { reasons.append(.fewerThanRecorded) }
        if recordings.stored > recordings.unvaulted {
            reasons.append(.unsealed(recordings.stored - recordings.unvaulted))
        }
        if recordings.archivesUnvaulted > 0 { reasons.append(.unvaulted(recordings.archivesUnvaulted)) }
        return reasons.isEmpty ? [.notClosedYet] : reasons
    }

    private func damages(_ figures: DayReconciliation, _ outlook: ClosingOutlook) -> [DayReport.OpenReason] {
        let recordings = figures.summary.recordings
        var reasons: [DayReport.OpenReason] = []
        if recordings.unrepaired > 0 { reasons.append(.damaged(recordings.unrepaired)) }
        if recordings.archivesDamaged > 0 { reasons.append(.archivesDamaged(recordings.archivesDamaged)) }
        // A day without calls counts nothing, but its archive has metadata that can be damaged.
        if reasons.isEmpty, outlook.damaged.contains(figures.day) { reasons.append(.archivesDamaged(1)) }
        return reasons
    }
}
