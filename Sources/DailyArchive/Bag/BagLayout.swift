import Foundation
import Recordings

/// The layout of a daily archive: a BagIt 1.0 bag (RFC 8493) in one folder, as docs/archive-format.md describes it.
package enum BagLayout {
    static let recordings = "metadata/recordings.jsonl"
    static let tasks = "metadata/tasks.jsonl"
    /// Only in an archive that closes its day.
    static let dayClose = "metadata/day-close.json"
    static let declaration = "bagit.txt"
    static let information = "bag-info.txt"
    static let checksums = "manifest-sha256.txt"
    static let tagChecksums = "tagmanifest-sha256.txt"
    static let payload = PayloadPath.folder
    /// The label in `bag-info.txt` for the provider's identifier of the organization.
    static let organizationID = "Callark-Organization-ID"
    /// The label for the random text that keeps the checksums of the bag's own files from being guessed.
    static let salt = "Callark-Salt"

    /// The tag files that every archive has, in the order in which they follow the recordings.
    static let tagFiles = [recordings, tasks, declaration, information, checksums, tagChecksums]

    /// The folder to which a later version may add tag files. A reader ignores those that it does not know, if the
    /// checksums of tag files list them.
    static let metadata = "metadata/"

    /// The version of docs/archive-format.md.
    static let format = "1"

    /// RFC 8493 section 2.1.1.
    package static let declarationText = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

    /// The text of `bag-info.txt` (RFC 8493 section 2.2.2). It does not say when it was made or by which version, so
    /// the same journal gives the same bytes.
    static func informationText(
        _ name: ArchiveName,
        organizationID: OrganizationID?,
        recordingCount: Int,
        payloadBytes: Int64,
        taskCount: Int,
        salt: Salt
    ) -> String {
        var fields = information(name, organizationID: organizationID, taskCount: taskCount)
        fields.insert(("Payload-Oxum", "\(payloadBytes).\(recordingCount)"), at: 3)
        fields.append((Self.salt, salt.description))
        return fields.map { "\($0): \($1)\n" }.joined()
    }

    /// The fields of `bag-info.txt`, in its order, without its salt and `Payload-Oxum`.
    static func information(
        _ name: ArchiveName,
        organizationID: OrganizationID?,
        taskCount: Int
    ) -> [(label: String, value: String)] {
        var fields = [
            ("Source-Organization", name.organization.description),
            ("External-Identifier", name.description),
            ("Bag-Group-Identifier", "\(name.organization)-\(name.day)"),
            ("Callark-Format", format),
            ("Callark-Day", name.day.description),
            ("Callark-Sequence", String(name.sequence)),
            ("Callark-Task-Count", String(taskCount)),
        ]
        // The ID is the provider's text: with a line break in it, the rest would be read as another field.
        if let id = organizationID?.description, !id.utf8.contains(where: { $0 < 0x20 }) {
            fields.append((Self.organizationID, id))
        }
        return fields
    }

    /// The time in a recording's header: its start, or noon of its day. Clamped to what eleven octal digits can hold,
    /// because no call was recorded outside of that range.
    static func secondsSince1970(of entry: RecordingEntry) -> Int64 {
        let start = entry.key.startTime.map { $0.millisecondsSince1970 / 1000 }
        return min(max(start ?? secondsSince1970(atStartOf: entry.day) + 12 * 3600, 0), 0o77_777_777_777)
    }

    /// The day's beginning in UTC, whatever the archive's time zone, so that it is the same on every machine.
    static func secondsSince1970(atStartOf day: ArchiveDay) -> Int64 {
        day.interval(in: .gmt).lowerBound.millisecondsSince1970 / 1000
    }
}
