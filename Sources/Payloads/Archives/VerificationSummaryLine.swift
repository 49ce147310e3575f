import Archiver
import Recordings

/// `{"type":"summary", …}` of `verify`.
package struct VerificationSummaryLine: Encodable {
    let type = "summary"
    var archives: Int
    var recordings: Int
    var bytes: Int64
    var faults: Int
    /// The number of recordings with faults.
    var damagedRecordings: Int
    var repaired: Int
    var explained: Int
    var warnings: Int
    var sound: Bool
    /// Days with known damage that a quick check did not read again.
    var knownDamage: [ArchiveDay]?

    private enum CodingKeys: String, CodingKey {
        case type, archives, recordings, bytes, faults, repaired, explained, warnings, sound
        case damagedRecordings = "damaged_recordings"
        case knownDamage = "known_damage"
    }

    /// - Parameter days: days with known damage that was not read again.
    package init(_ summary: VerificationRun.Summary, knownDamage days: [ArchiveDay]) {
        archives = summary.archives
        recordings = summary.recordings
        bytes = summary.bytes
        faults = summary.faults
        damagedRecordings = summary.damagedRecordings
        repaired = summary.repaired
        explained = summary.explained
        warnings = summary.warnings
        sound = summary.faults == 0 && days.isEmpty
        knownDamage = days.isEmpty ? nil : days
    }
}
