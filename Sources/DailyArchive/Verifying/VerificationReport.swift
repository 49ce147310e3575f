import Recordings

/// What a verification found.
package struct VerificationReport: Sendable, Hashable {
    package var path: String
    /// By the folder in the archive; `nil` where that could not be read.
    package var name: ArchiveName?
    package var byteCount: Int64 = 0
    /// The checksum of the whole file as it lies there; `nil` where it was not computed.
    package var digest: ContentDigest?
    /// How many recordings were looked at.
    package var recordingCount = 0
    /// Every fault, in the order of the archive where they have a place in it.
    package var faults: [ArchiveFault] = []

    /// A report in which nothing has been looked at yet.
    package init(path: String) {
        self.path = path
    }

    /// What does not make it damaged.
    package var warnings: [ArchiveFault] { faults.filter(\.isWarning) }

    /// The faults that nothing makes up for, and that nobody has explained.
    package var standingFaults: [ArchiveFault] { faults.filter(\.isStanding) }

    /// How many recordings are damaged or missing, and not made up for.
    package var damagedRecordings: Int { Set(standingFaults.filter(\.isOfRecording).compactMap(\.offset)).count }

    /// Whether the lines of its tasks are gone, or may be: those of calls without a recording stand nowhere else.
    package var hasLostTasks: Bool {
        standingFaults.contains { fault in
            switch fault.kind {
            case .archiveMissing, .archiveUnreadable, .header, .truncated, .end, .tagFileMissing, .tagFileDamaged,
                .metadataLine:
                true
            default: false
            }
        }
    }

    /// Whether no fault was found but those that are repaired or explained.
    package var isSound: Bool { standingFaults.isEmpty }

    /// Whether nothing in or about the archive contradicts anything else.
    package var isWhole: Bool { faults.allSatisfy(\.isWarning) }
}
