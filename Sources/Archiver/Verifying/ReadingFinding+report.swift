import DailyArchive
import Manifest
import Recordings

extension ReadingFinding {
    /// The part of a reading that the manifest keeps.
    init(_ report: VerificationReport, of name: ArchiveName) {
        let own = report.ownFaults(in: name)
        self.init(
            faults: report.standingFaults.count,
            ownFaults: own.count,
            // A wrong checksum of the whole says only that something is wrong; other faults say what.
            ownFault: (own.first { $0.kind != .archiveDigest } ?? own.first).map(\.message),
            damaged: report.damagedRecordings(in: name),
            byteCount: report.digest == nil ? nil : report.byteCount,
            isWhole: report.digest != nil && report.isWhole
        )
    }
}

extension VerificationReport {
    /// Whether it says what is in the archive, sound or not. The report on a missing archive that was made up for has
    /// faults too.
    var isReading: Bool { digest != nil || !faults.isEmpty }

    /// The standing faults that are not those of a single recording, so that no copy of a recording makes up for them.
    func ownFaults(in name: ArchiveName) -> [ArchiveFault] {
        let damaged = damagedRecordings(in: name)
        let places = Set(damaged.map(\.offset))
        return standingFaults.filter { fault in
            switch fault.kind {
            case .recordingDamaged, .recordingMissing: !(fault.offset.map(places.contains) ?? false)
            // A damaged recording also changes the checksum of the whole, and a missing file takes all recordings with
            // it.
            case .archiveDigest, .archiveMissing: damaged.isEmpty
            default: true
            }
        }
    }

    /// Whether the file exists and is not what was sealed, beyond single recordings. Everything that counts in it must
    /// then count elsewhere.
    /// - Parameter sealed: the checksum of the whole from the manifest.
    func isDamagedInItself(_ name: ArchiveName, sealedAs sealed: ContentDigest) -> Bool {
        digest != sealed
            && ownFaults(in: name).contains { fault in
                switch fault.kind {
                case .archiveMissing, .sideFile, .manifest, .manifestDamaged, .evidence: false
                default: true
                }
            }
    }

    /// Whether the file is what was sealed, and only its side file is not.
    func lacksSideFile(sealedAs sealed: ContentDigest) -> Bool {
        digest == sealed && standingFaults.contains { $0.kind == .sideFile }
    }

    /// The recordings whose own bytes are not what was archived; another copy can make up for each.
    func damagedRecordings(in name: ArchiveName) -> [DamagedRecording] {
        // If the archive does not know a row, the manifest is wrong, and `rebuild` corrects that.
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
