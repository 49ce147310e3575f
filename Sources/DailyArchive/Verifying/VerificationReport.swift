import Recordings

/// The result of a verification.
package struct VerificationReport: Sendable, Hashable {
    package var path: String
    /// From the folder in the archive; `nil` if that could not be read.
    package var name: ArchiveName?
    package var byteCount: Int64 = 0
    /// The checksum of the whole file as it is now; `nil` if it was not computed.
    package var digest: ContentDigest?
    /// How many recordings were checked.
    package var recordingCount = 0
    /// Every fault, in the order in which it was found.
    package var faults: [ArchiveFault] = []

    /// A report about a file that was not checked yet.
    package init(path: String) {
        self.path = path
    }

    /// The faults that do not make it damaged.
    package var warnings: [ArchiveFault] { faults.filter(\.isWarning) }

    /// The faults that nothing makes up for and no one has explained.
    package var standingFaults: [ArchiveFault] { faults.filter(\.isStanding) }

    /// How many recordings are damaged or missing, without a replacement or explanation.
    package var damagedRecordings: Int { Set(standingFaults.filter(\.isOfRecording).compactMap(\.offset)).count }

    /// Whether the lines of its tasks are lost, or may be. No other archive has the lines of calls without a recording.
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

    /// Whether every fault that was found is repaired, explained or only a warning.
    package var isSound: Bool { standingFaults.isEmpty }

    /// Whether no fault was found at all, apart from warnings.
    package var isWhole: Bool { faults.allSatisfy(\.isWarning) }
}
