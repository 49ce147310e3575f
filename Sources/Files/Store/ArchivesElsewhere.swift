import Recordings

/// Where sealed archives are read whose files are not on the disk.
package protocol ArchivesElsewhere: Sendable {
    /// Opens an archive. Blocks.
    /// - Returns: `nil` if it is not known to be there.
    /// - Throws: `.unreachable` or `.unauthorized` if the place gives no answer.
    func open(_ name: ArchiveName) throws(ArchiveError) -> (any ByteSource)?
}
