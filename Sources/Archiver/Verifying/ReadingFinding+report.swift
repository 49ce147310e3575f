import DailyArchive
import Manifest
import Recordings

extension ReadingFinding {
    /// What the manifest keeps of a reading.
    init(_ report: VerificationReport, of name: ArchiveName) {
        let own = report.ownFaults(in: name)
        self.init(
            faults: report.standingFaults.count,
            ownFaults: own.count,
            // Another checksum of the whole only says that something is wrong; others say what.
            ownFault: (own.first { $0.kind != .archiveDigest } ?? own.first).map(\.message),
            damaged: report.damagedRecordings(in: name),
            byteCount: report.digest == nil ? nil : report.byteCount,
            isWhole: report.digest != nil && report.isWhole
        )
    }
}

extension VerificationReport {
    /// Whether it says what is in the archive, sound or not; one that is missing and was made up for has faults too.
    var isReading: Bool { digest != nil || !faults.isEmpty }

    /// The standing faults that are not a single recording's: no copy of a recording makes up for one of them.
    func ownFaults(in name: ArchiveName) -> [ArchiveFault] {
        let damaged = damagedRecordings(in: name)
        let places = Set(damaged.map(\.offset))
        return standingFaults.filter { fault in
            switch fault.kind {
            case .recordingDamaged, .recordingMissing: !(fault.offset.map(places.contains) ?? false)
            // What is wrong with a recording is wrong with the checksum of the whole, and all of them go with the file.
            case .archiveDigest, .archiveMissing: damaged.isEmpty
            default: true
            }
        }
    }

    /// Whether the file is there and is not what was sealed, in more than single recordings: then everything that counts
    /// in it has to count elsewhere.
    /// - Parameter sealed: the checksum of the whole as the manifest has it.
    func isDamagedInItself(_ name: ArchiveName, sealedAs sealed: ContentDigest) -> Bool {
        digest != sealed
            && ownFaults(in: name).contains { fault in
                switch fault.kind {
                case .archiveMissing, .sideFile, .manifest, .manifestDamaged: false
                default: true
                }
            }
    }

    /// Whether the file is what was sealed, and only the one beside it is not.
    func lacksSideFile(sealedAs sealed: ContentDigest) -> Bool {
        digest == sealed && standingFaults.contains { $0.kind == .sideFile }
    }

    /// The recordings whose own bytes are not what was archived: those that another copy can make up for.
    func damagedRecordings(in name: ArchiveName) -> [DamagedRecording] {
        // Of a row that the archive knows nothing of, it is the manifest that is wrong: `rebuild` mends that.
        var seen = Set(standingFaults.filter { $0.kind == .manifest }.compactMap(\.offset))
        return standingFaults.compactMap { fault in
            guard fault.kind == .recordingDamaged || fault.kind == .recordingMissing, let task = fault.taskID,
                let offset = fault.offset, seen.insert(offset).inserted
            else { return nil }
            let reason =
                fault.kind == .recordingMissing
                ? "its bytes are missing" : "its bytes do not have the checksum that was recorded"
            return DamagedRecording(archive: name, taskID: task, offset: offset, reason: reason)
        }
    }
}
