import Recordings

/// The line next to a file that never changes: its checksum and its name, as `sha256sum -c` accepts it.
package struct SideFile: Hashable, Sendable {
    package var digest: ContentDigest
    package var fileName: String

    /// Where the side file of the file at `path` is.
    package static func path(besides path: String) -> String { path + ".sha256" }

    /// Writes the side file of the file at `path`; a crash leaves either the previous state or the complete file.
    package static func write(_ digest: ContentDigest, besides path: String) throws(ArchiveError) {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let line = ChecksumLine.text(digest, name)
        try FileReplacement.durable(Self.path(besides: path), mode: 0o440).write(Array(line.utf8))
    }

    /// - Returns: `nil` if there is none.
    /// - Throws: `.damaged` if it is not one line of that form.
    package static func read(besides path: String) throws(ArchiveError) -> SideFile? {
        let path = Self.path(besides: path)
        guard var bytes = try FileSystem.read(path, limit: 4096) else { return nil }
        guard bytes.popLast() == UInt8(ascii: "\n"), let (digest, name) = ChecksumLine.read(bytes),
            !name.contains("\n")
        else { throw .damaged("\(path) is not one line of checksum and file name", path: path) }
        return SideFile(digest: digest, fileName: name)
    }
}
