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
        /// Whether it was whole in an archive that is damaged in itself, and was copied from there; else it was damaged, and
        /// fetched again if it is repaired.
        package var isCopied = false
        /// Whether it is lost, and an operator has explained that.
        package var isExplained = false

        /// Whether nothing is left to be done about it.
        package var isSettled: Bool { repairedBy != nil || isExplained }
    }

    /// Of each recording that was damaged, or that counted in an archive that is damaged in itself, in the order of the
    /// archives.
    package var outcomes: [Outcome] = []
    /// Whole archives whose side file was written anew.
    package var sideFiles: [ArchiveName] = []
    /// Damaged archives without recordings that another archive of their day makes up for now.
    package var renewed: [ArchiveName] = []
    /// What was looked at, and what is left of the faults afterwards.
    package var summary: VerificationRun.Summary
    /// The faults that are left, where another reading after the repair found them.
    package var left: [ArchiveFault] = []
    /// The organizations that could not be asked, and why.
    package var failures: [OrganizationName: any Error] = [:]

    /// How many recordings were copied out of damaged archives.
    package var copied: Int { outcomes.count { $0.isCopied && $0.repairedBy != nil } }
    /// How many came from the provider.
    package var fetched: Int { outcomes.count { !$0.isCopied && $0.repairedBy != nil } }

    /// What kept an organization's recordings from being repaired; the first reason is kept.
    mutating func fail(_ organization: OrganizationName, _ error: any Error) {
        failures[organization] = failures[organization] ?? error
    }

    /// Whether nothing is damaged any more that is not made up for.
    package var isComplete: Bool {
        summary.faults == 0 && failures.isEmpty && outcomes.allSatisfy(\.isSettled)
    }
}

extension Repair {
    var eventDetail: [String: String] {
        [
            "damaged": String(outcomes.count), "faults": String(summary.faults),
            "repaired": String(copied + fetched), "copied": String(copied), "fetched": String(fetched),
        ]
    }
}
