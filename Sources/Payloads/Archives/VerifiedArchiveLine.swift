import DailyArchive
import Recordings

/// `{"type":"archive", …}`: the result of verifying one archive.
package struct VerifiedArchiveLine: Encodable {
    let type = "archive"
    var path: String
    var recordings: Int
    var bytes: Int64
    var sha256: ContentDigest?
    var faults: Int
    var sound: Bool

    package init(_ report: VerificationReport) {
        path = report.path
        recordings = report.recordingCount
        bytes = report.byteCount
        sha256 = report.digest
        faults = report.standingFaults.count
        sound = report.isSound
    }
}
