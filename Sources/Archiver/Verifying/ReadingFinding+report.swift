import DailyArchive
import Manifest
import Recordings

extension ReadingFinding {
    /// What the manifest keeps of a reading.
    init(_ report: VerificationReport, of name: ArchiveName) {
        let damaged = report.damagedRecordings(in: name)
        let places = Set(damaged.map(\.offset))
        let own = report.standingFaults.filter { fault in
            switch fault.kind {
            case .recordingDamaged, .recordingMissing: !(fault.offset.map(places.contains) ?? false)
            // What is wrong with a recording is wrong with the checksum of the whole, and all of them go with the file.
            case .archiveDigest, .archiveMissing: damaged.isEmpty
            default: true
            }
        }
        self.init(
            faults: report.standingFaults.count,
            ownFaults: own.count,
            // Another checksum of the whole only says that something is wrong; others say what.
            ownFault: (own.first { $0.kind != .archiveDigest } ?? own.first).map(\.message),
            damaged: damaged
        )
    }
}

extension VerificationReport {
    /// Whether it says what is in the archive, sound or not; one that is missing and was made up for has faults too.
    var isReading: Bool { digest != nil || !faults.isEmpty }

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
