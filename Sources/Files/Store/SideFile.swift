import Recordings

/// A file next to one that never changes, with the latter's checksum and name on one line, as `sha256sum -c` accepts it.
package struct SideFile: Hashable, Sendable {
    package var digest: ContentDigest
    package var fileName: String

    /// The path of the side file of the file at `path`.
    package static func path(besides path: String) -> String { path + ".sha256" }

    /// Writes the side file of the file at `path`. A crash leaves either the previous state or the complete side file.
    package static func write(_ digest: ContentDigest, besides path: String) throws(ArchiveError) {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let line = ChecksumLine.text(digest, name)
        try FileReplacement.durable(Self.path(besides: path), mode: 0o440).write(Array(line.utf8))
    }

    /// Reads the side file of the file at `path`.
    /// - Returns: `nil` if it does not exist.
    /// - Throws: `.damaged` if it is not one line in this format.
    package static func read(besides path: String) throws(ArchiveError) -> SideFile? {
        let path = Self.path(besides: path)
        guard var bytes = try FileSystem.read(path, limit: 4096) else { return nil }
        guard bytes.popLast() == UInt8(ascii: "\n"), let (digest, name) = ChecksumLine.read(bytes),
            !name.contains("\n")
        else { throw .damaged("\(path) is not one line of checksum and file name", path: path) }
        return SideFile(digest: digest, fileName: name)
    }
}
