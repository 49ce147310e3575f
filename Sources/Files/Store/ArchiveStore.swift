import Recordings

/// A store of sealed archives, which never change. Every call blocks, so never use a store on the cooperative pool.
/// `ArchiveStoreContract` in the tests specifies what each store must do.
package protocol ArchiveStore: Sendable {
    /// Puts an archive in its place, once. Durable.
    /// - Parameters:
    ///   - draft: the file with the archive. It no longer exists afterwards.
    ///   - digest: the file's SHA-256, which the caller has just read.
    ///   - announce: called before the last step, which makes the archive visible. If it throws, the archive is not put
    ///     in its place.
    /// - Throws: `.occupied` if an archive has this name; that archive and the draft are left unchanged. Errors of
    ///   `announce`.
    func put(
        _ draft: String,
        as name: ArchiveName,
        digest: ContentDigest,
        announce: () throws -> Void
    ) throws

    /// Finishes or undoes a ``put(_:as:digest:announce:)`` that a crash interrupted.
    /// - Returns: whether the archive is in its place. If it is, the draft no longer exists. If not, only the draft is
    ///   left.
    /// - Throws: `.occupied` if the draft exists and is not the archive in its place.
    func settle(_ draft: String, as name: ArchiveName) throws(ArchiveError) -> Bool

    /// Opens an archive.
    /// - Throws: `.missing` if none has this name.
    func open(_ name: ArchiveName) throws(ArchiveError) -> any ByteSource

    /// The SHA-256 that was recorded when the archive was put; `nil` if the store has lost it.
    /// - Throws: `.damaged` if it cannot be read.
    func recordedDigest(of name: ArchiveName) throws(ArchiveError) -> ContentDigest?

    /// All archives, sorted.
    func list() throws(ArchiveError) -> [ArchiveName]

    /// The highest sequence number of which the store still has a trace for a day; 0 if there is none.
    func lastSequence(of organization: OrganizationName, on day: ArchiveDay) throws(ArchiveError) -> Int

    /// The size of an archive, without reading it; `nil` if none has this name.
    func byteCount(of name: ArchiveName) throws(ArchiveError) -> Int64?
}
