import Crypto
import Recordings

/// The checksum that a line of metadata has of itself. It shows whether that line is intact, whatever happened to the
/// rest of the archive or of a journal in the spool.
enum LineCheck {
    static let key: StaticString = "check"

    /// The first sixteen digits of the SHA-256 of a line without its checksum. That is enough against damage. It is not
    /// meant against forgery, which the archive's own checksum prevents.
    static func value(of line: [UInt8]) -> String {
        Hexadecimal.text(SHA256.hash(data: line).prefix(8))
    }

    /// Whether a line has a checksum, right or wrong.
    static func isPresent(in line: [UInt8]) -> Bool {
        JSONObject(line)?.string(key) != nil
    }

    /// Whether a line is what was written. Lines of versions without checksums are accepted.
    static func holds(_ line: JSONObject) -> Bool {
        guard let declared = line.string(key) else { return true }
        return line.text(without: key).map(value) == declared
    }
}
