import Files
import Recordings

/// The one line beside a sealed archive that `sha256sum -c` accepts: its checksum and its name.
struct SideFile: Hashable, Sendable {
    var digest: ContentDigest
    var fileName: String

    static func path(besides archivePath: String) -> String { archivePath + ".sha256" }

    /// Writes the one of a sealed archive, so that a crash leaves either what was there before or all of it.
    static func write(_ digest: ContentDigest, of name: ArchiveName, in root: ArchiveRoot) throws(ArchiveError) {
        let line = BagLayout.checksumLine(digest, "\(name).tar")
        try FileReplacement.durable(root.sideFilePath(name), mode: 0o440).write(Array(line.utf8))
    }

    /// - Returns: `nil` where there is none.
    /// - Throws: `.damaged` where it is not one line of that form.
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
    /// Writes the side file of a sealed archive anew, as sealing wrote it. Durable.
    /// - Parameter digest: of the whole archive, which was just read.
    package func restoreSideFile(of name: ArchiveName, digest: ContentDigest) throws(ArchiveError) {
        try SideFile.write(digest, of: name, in: self)
    }
}
