import Recordings

/// A line of a checksum file, in the format of `sha256sum -c` and RFC 8493 section 2.1.3.
package enum ChecksumLine {
    /// The line with its line break. Callark's paths contain nothing to escape.
    package static func text(_ digest: ContentDigest, _ path: String) -> String {
        "\(digest)  \(path)\n"
    }

    /// Parses a line without its line break.
    /// - Returns: `nil` if it does not have this format.
    package static func read(_ line: [UInt8]) -> (digest: ContentDigest, path: String)? {
        guard line.count > 66, line[64] == UInt8(ascii: " "), line[65] == UInt8(ascii: " "),
            let digest = ContentDigest(hexadecimal: String(decoding: line[..<64], as: UTF8.self)),
            let path = String(validating: line[66...], as: UTF8.self)
        else { return nil }
        return (digest, path)
    }
}
