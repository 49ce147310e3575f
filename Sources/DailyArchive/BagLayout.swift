import Foundation
import Recordings

/// What stands where in a daily archive: a BagIt 1.0 bag (RFC 8493) in one folder, as docs/archive-format.md describes it.
enum BagLayout {
    static let recordings = "metadata/recordings.jsonl"
    static let tasks = "metadata/tasks.jsonl"
    static let declaration = "bagit.txt"
    static let information = "bag-info.txt"
    static let checksums = "manifest-sha256.txt"
    static let tagChecksums = "tagmanifest-sha256.txt"
    static let payload = "data/"

    /// The tag files that no archive is without, in the order in which they follow the recordings.
    static let tagFiles = [recordings, tasks, declaration, information, checksums, tagChecksums]

    /// Where tag files stand that a later version may add; a reader passes over those that the checksums of tag files
    /// vouch for.
    static let metadata = "metadata/"

    /// The version of docs/archive-format.md.
    static let format = "1"

    /// RFC 8493 section 2.1.1.
    static let declarationText = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

    /// A line of a checksum file (RFC 8493 section 2.1.3), its line break included. Our paths have nothing to escape.
    static func checksumLine(_ digest: ContentDigest, _ path: String) -> String {
        "\(digest)  \(path)\n"
    }

    /// Reads a line of a checksum file, without its line break.
    static func readChecksumLine(_ line: [UInt8]) -> (digest: ContentDigest, path: String)? {
        guard line.count > 66, line[64] == UInt8(ascii: " "), line[65] == UInt8(ascii: " "),
            let digest = ContentDigest(hexadecimal: String(decoding: line[..<64], as: UTF8.self)),
            let path = String(validating: line[66...], as: UTF8.self)
        else { return nil }
        return (digest, path)
    }

    /// The text of `bag-info.txt` (RFC 8493 section 2.2.2). It says nothing of when or by which version it was made, so
    /// that the same recordings make the same bytes.
    static func informationText(
        _ name: ArchiveName,
        organizationID: OrganizationID?,
        recordingCount: Int,
        payloadBytes: Int64,
        taskCount: Int
    ) -> String {
        var lines = [
            "Source-Organization: \(name.organization)",
            "External-Identifier: \(name)",
            "Bag-Group-Identifier: \(name.organization)-\(name.day)",
            "Payload-Oxum: \(payloadBytes).\(recordingCount)",
            "Callark-Format: \(format)",
            "Callark-Day: \(name.day)",
            "Callark-Sequence: \(name.sequence)",
            "Callark-Task-Count: \(taskCount)",
        ]
        // The provider's text: a line break in it would be a line of ours.
        if let id = organizationID?.description, !id.utf8.contains(where: { $0 < 0x20 }) {
            lines.append("Callark-Organization-ID: \(id)")
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// The day's beginning in UTC, whatever the archive's time zone: a time that is the same on every machine.
    static func secondsSince1970(atStartOf day: ArchiveDay) -> Int64 {
        day.interval(in: .gmt).lowerBound.millisecondsSince1970 / 1000
    }
}
