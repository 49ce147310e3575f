import DailyArchive
import Recordings

/// What came of a repair.
package struct Repair: Sendable {
    /// One recording that was damaged.
    package struct Outcome: Sendable {
        package var organization: OrganizationName
        package var taskID: TaskID
        package var recordingID: RecordingID
        /// Where it was damaged.
        package var archive: ArchiveName
        package var offset: Int64
        /// The archive that has it whole now; `nil` where none has.
        package var repairedBy: ArchiveName?
        package var state: RecordingState
        /// Why it is not repaired, or what is remarkable about what came.
        package var reason: String?
        /// Whether it is lost, and an operator has explained that.
        package var isExplained = false

        /// Whether nothing is left to be done about it.
        package var isSettled: Bool { repairedBy != nil || isExplained }
    }

    /// Of each recording that was damaged, in the order of the archives.
    package var outcomes: [Outcome] = []
    /// What was looked at, and what is left of the faults afterwards.
    package var summary: VerificationRun.Summary
    /// The faults that are left, where another reading after the repair found them.
    package var left: [ArchiveFault] = []
    /// The organizations that could not be asked, and why.
    package var failures: [OrganizationName: any Error] = [:]

    /// Whether nothing is damaged any more that is not made up for.
    package var isComplete: Bool {
        summary.faults == 0 && failures.isEmpty && outcomes.allSatisfy(\.isSettled)
    }
}

extension Repair {
    var eventDetail: [String: String] {
        [
            "damaged": String(outcomes.count), "faults": String(summary.faults),
            "repaired": String(outcomes.count { $0.repairedBy != nil }),
        ]
    }
}
