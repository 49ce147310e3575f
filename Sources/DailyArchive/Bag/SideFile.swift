import Files
import Recordings

/// The one line beside a sealed archive that `sha256sum -c` accepts: its checksum and its name.
struct SideFile: Hashable, Sendable {
    var digest: ContentDigest
    var fileName: String

    static func path(besides archivePath: String) -> String { archivePath + ".sha256" }

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
