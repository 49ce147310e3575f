import Manifest
import Recordings

/// The counts of a report. Each expected recording is counted once: `expected` is the sum of the six that follow it.
package struct ReportFigures: Hashable, Sendable {
    /// Calls that the provider listed.
    package var calls = 0
    package var expected = 0
    package var archived = 0
    /// Received, and waiting for their day to be sealed.
    package var stored = 0
    /// Not received yet: recordings that are known, and gaps that the provider may still fill.
    package var pending = 0
    /// Known not to be held, and not explained: all other gaps, and recordings that failed.
    package var missing = 0
    /// Not held, or damaged, and an operator has explained why.
    package var explained = 0
    /// Was held, and its bytes are changed or gone; neither repaired nor explained.
    package var damaged = 0
    /// The part of `archived` and `stored` that is suspect.
    package var suspect = 0
    /// The part of `suspect` that a person has acknowledged.
    package var acknowledged = 0
    package var audioMilliseconds: Int64 = 0
    package var bytes: Int64 = 0
    /// How many of `pending` are gaps with each reason.
    package var pendingReasons: [GapReason: Int] = [:]
    /// How many of `missing` have each reason.
    package var missingReasons: [GapReason: Int] = [:]
    /// How many of `damaged` have each reason.
    package var damagedReasons: [GapReason: Int] = [:]
    /// How many of `explained` have each explanation.
    package var explanations: [ExplanationReason: Int] = [:]

    package init() {}

    /// The counts of a window or a day, without tasks, amounts and reasons.
    package init(_ recordings: PassSummary.Recordings) {
        expected = recordings.expected
        archived = recordings.archived
        stored = recordings.stored
        pending = recordings.pending + recordings.awaited
        explained = recordings.explained
        damaged = recordings.unrepaired
        missing = recordings.missing
        suspect = recordings.suspect
        acknowledged = recordings.acknowledged
    }

    package init(_ account: DayAccount) {
        self.init(account.figures.summary.recordings)
        calls = account.figures.summary.tasks.listed
        audioMilliseconds = account.figures.audioMilliseconds
        bytes = account.figures.bytes
        for gap in account.gaps {
            if let explanation = gap.explanation {
                explanations[explanation.reason, default: 0] += 1
            } else if gap.isPending {
                pendingReasons[gap.reason, default: 0] += 1
            } else if gap.wasHeld {
                damagedReasons[gap.reason, default: 0] += 1
            } else {
                missingReasons[gap.reason, default: 0] += 1
            }
        }
    }

    /// The counts of a day as `status` has them, without tasks, amounts and reasons.
    package init(_ status: DayStatus) {
        expected = status.expected
        archived = status.archived
        stored = status.stored
        pending = status.pending + status.awaited
        explained = status.explained
        damaged = status.unrepaired
        missing = status.unexplained - status.unrepaired - status.awaited
        suspect = status.suspect
        acknowledged = status.acknowledged
    }

    package static func += (lhs: inout Self, rhs: Self) {
        lhs.calls += rhs.calls
        lhs.expected += rhs.expected
        lhs.archived += rhs.archived
        lhs.stored += rhs.stored
        lhs.pending += rhs.pending
        lhs.missing += rhs.missing
        lhs.explained += rhs.explained
        lhs.damaged += rhs.damaged
        lhs.suspect += rhs.suspect
        lhs.acknowledged += rhs.acknowledged
        lhs.audioMilliseconds += rhs.audioMilliseconds
        lhs.bytes += rhs.bytes
        lhs.pendingReasons.merge(rhs.pendingReasons, uniquingKeysWith: +)
        lhs.missingReasons.merge(rhs.missingReasons, uniquingKeysWith: +)
        lhs.damagedReasons.merge(rhs.damagedReasons, uniquingKeysWith: +)
        lhs.explanations.merge(rhs.explanations, uniquingKeysWith: +)
    }
}
