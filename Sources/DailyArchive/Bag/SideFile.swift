import Files
import Recordings

/// The line next to a sealed archive that `sha256sum -c` accepts: its checksum and its name.
struct SideFile: Hashable, Sendable {
    var digest: ContentDigest
    var fileName: String

    static func path(besides archivePath: String) -> String { archivePath + ".sha256" }

    /// Writes a sealed archive's side file; a crash leaves either the previous state or the complete file.
    static func write(_ digest: ContentDigest, of name: ArchiveName, in root: ArchiveRoot) throws(ArchiveError) {
        let line = BagLayout.checksumLine(digest, "\(name).tar")
        try FileReplacement.durable(root.sideFilePath(name), mode: 0o440).write(Array(line.utf8))
    }

    /// - Returns: `nil` if there is none.
    /// - Throws: `.damaged` if it is not one line of that form.
    static func read(besides archivePath: String) throws(ArchiveError) -> SideFile? {
        let path = path(besides: archivePath)
        guard var bytes = try FileSystem.read(path, limit: 4096) else { return nil }
        guard bytes.popLast() == UInt8(ascii: "\n"), let (digest, name) = BagLayout.readChecksumLine(bytes),
            !name.contains("\n")
        else { throw .damaged("\(path) is not one line of checksum and file name", path: path) }
        return SideFile(digest: digest, fileName: name)
    }
}

extension ArchiveRoot {
    /// Writes the side file of a sealed archive again, with the content that sealing gave it. Durable.
    /// - Parameter digest: of the whole archive, which the caller has just read.
    package func restoreSideFile(of name: ArchiveName, digest: ContentDigest) throws(ArchiveError) {
        try SideFile.write(digest, of: name, in: self)
    }
}
