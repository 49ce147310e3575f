import Crypto
import Recordings

/// The checksum that a line of an archive's metadata carries of itself, so that each line can be told whole or damaged
/// whatever has become of the rest of the archive, and of a journal in the spool too.
enum LineCheck {
    static let key: StaticString = "check"

    /// The first sixteen digits of the SHA-256 of a line without its checksum: enough against damage, and not meant
    /// against anybody, whom the archive's own checksum stops.
    static func value(of line: [UInt8]) -> String {
        Hexadecimal.text(SHA256.hash(data: line).prefix(8))
    }

    /// Whether a line carries a checksum, right or wrong.
    static func isPresent(in line: [UInt8]) -> Bool {
        JSONObject(line)?.string(key) != nil
    }

    /// Whether a line is what was written; lines from before there were checksums are taken at their word.
    static func holds(_ line: JSONObject) -> Bool {
        guard let declared = line.string(key) else { return true }
        return line.text(without: key).map(value) == declared
    }
}
