import Archiver

/// `{"type":"summary", …}` of `verify --repair`.
package struct RepairSummaryLine: Encodable {
    let type = "summary"
    var archives: Int
    var recordings: Int
    var bytes: Int64
    /// The faults that are left after the repair.
    var faults: Int
    var damaged: Int
    var repaired: Int
    /// How many of the repaired ones were copied out of archives that are damaged in themselves, and how many were
    /// fetched from the provider.
    var copied: Int
    var fetched: Int
    /// Checksum files that were rewritten.
    var sideFiles: Int
    var sound: Bool

    private enum CodingKeys: String, CodingKey {
        case type, archives, recordings, bytes, faults, damaged, repaired, copied, fetched, sound
        case sideFiles = "side_files"
    }

    package init(_ repair: Repair, repaired: Int) {
        archives = repair.summary.archives
        recordings = repair.summary.recordings
        bytes = repair.summary.bytes
        faults = repair.summary.faults
        damaged = repair.outcomes.count
        self.repaired = repaired
        copied = repair.copied
        fetched = repair.fetched
        sideFiles = repair.sideFiles.count
        sound = repair.isComplete
    }
}
