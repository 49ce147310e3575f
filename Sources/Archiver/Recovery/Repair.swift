import DailyArchive
import Recordings

/// The outcome of a repair.
package struct Repair: Sendable {
    /// One recording that was damaged.
    package struct Outcome: Sendable {
        package var organization: OrganizationName
        package var taskID: TaskID
        package var recordingID: RecordingID
        /// Where it was damaged.
        package var archive: ArchiveName
        package var offset: Int64
        /// The archive that has it intact now; `nil` if none has.
        package var repairedBy: ArchiveName?
        package var state: RecordingState
        /// Why it is not repaired, or what is unusual about the new copy.
        package var reason: String?
        /// Whether it was intact in an archive that is damaged in itself, and was copied from there. Otherwise it was
        /// damaged, and fetched again if it is repaired.
        package var isCopied = false
        /// Whether it is lost and an operator has explained it.
        package var isExplained = false

        /// Whether nothing is left to do about it.
        package var isSettled: Bool { repairedBy != nil || isExplained }
    }

    /// One for each recording that was damaged, or that counted in an archive that is damaged in itself, in the order
    /// of the archives.
    package var outcomes: [Outcome] = []
    /// Intact archives whose side file was rewritten.
    package var sideFiles: [ArchiveName] = []
    /// Archives that were put back from the vault, whole.
    package var returned: [ArchiveName] = []
    /// Damaged archives without recordings that another archive of their day now replaces.
    package var renewed: [ArchiveName] = []
    /// Archives that only the evidence log knows, and those of them of which others have everything now, or whose loss is
    /// explained.
    package var gone: [ArchiveName] = []
    package var regained: [ArchiveName] = []
    /// What was examined, and which faults are left.
    package var summary: VerificationRun.Summary
    /// The remaining faults, if another reading after the repair found any.
    package var left: [ArchiveFault] = []
    /// The organizations that could not be asked, and why.
    package var failures: [OrganizationName: any Error] = [:]

    /// How many recordings were copied out of damaged archives.
    package var copied: Int { outcomes.count { $0.isCopied && $0.repairedBy != nil } }
    /// How many were fetched from the provider.
    package var fetched: Int { outcomes.count { !$0.isCopied && $0.repairedBy != nil } }

    /// Records why an organization's recordings could not be repaired; the first reason is kept.
    mutating func fail(_ organization: OrganizationName, _ error: any Error) {
        failures[organization] = failures[organization] ?? error
    }

    /// Whether no damage is left that nothing makes up for.
    package var isComplete: Bool {
        summary.faults == 0 && failures.isEmpty && outcomes.allSatisfy(\.isSettled)
    }
}

extension Repair {
    var eventDetail: [String: String] {
        [
            "damaged": String(outcomes.count), "faults": String(summary.faults),
            "repaired": String(copied + fetched), "copied": String(copied), "fetched": String(fetched),
        ].merging(returned.isEmpty ? [:] : ["returned": String(returned.count)]) { $1 }
    }
}
