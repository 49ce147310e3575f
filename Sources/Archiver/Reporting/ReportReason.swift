import Recordings

/// Why some recordings of a report are not archived, and what to do about it.
package struct ReportReason: Hashable, Sendable {
    package var count: Int
    /// In few words, such as `not yet available`.
    package var words: String
    /// What it means, in one sentence without a full stop.
    package var meaning: String
    /// What a person does about it, in one sentence without a full stop.
    package var advice: String
}

extension ReportFigures {
    /// The reasons of what is pending, missing and damaged, the most frequent first. The reasons of each add up to its
    /// figure.
    package var reasons: [(figure: String, reasons: [ReportReason])] {
        func all(_ counts: [GapReason: Int]) -> [ReportReason] {
            counts.byFrequency.map { reason, count in
                ReportReason(count: count, words: reason.words, meaning: reason.meaning, advice: reason.advice)
            }
        }
        // A recording that is known and not received yet is not a gap, so it has no reason of its own.
        let underWay = ReportReason(
            count: pending - pendingReasons.values.reduce(0, +),
            words: "not received yet",
            meaning: "the recording is known, and no pass has downloaded it yet",
            advice: GapReason.notAskedYet.advice
        )
        return [
            ("pending", all(pendingReasons) + (underWay.count > 0 ? [underWay] : [])),
            ("missing", all(missingReasons)), ("damaged", all(damagedReasons)),
        ]
    }
}
