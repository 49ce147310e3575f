import Recordings

/// Where sealed archives are kept. An archive that is there never changes. Every call blocks, so never use it on the
/// cooperative pool. `ArchiveStoreContract` in the tests says what each store has to do.
package protocol ArchiveStore: Sendable {
    /// Puts an archive in its place, once. Durable.
    /// - Parameters:
    ///   - draft: the file with the archive. It is gone afterwards.
    ///   - digest: the file's SHA-256, which the caller has just read.
    ///   - announce: called before the last step, the one that shows the archive to everyone. If it throws, the archive
    ///     is not put in its place.
    /// - Throws: `.occupied` if there is an archive of that name, which stays as it is, like the draft; what `announce`
    ///   throws.
    func put(
        _ draft: String,
        as name: ArchiveName,
        digest: ContentDigest,
        announce: () throws -> Void
    ) throws

    /// Finishes or undoes what a crash has left of ``put(_:as:digest:announce:)``.
    /// - Returns: whether the archive is in its place. If it is, its draft is gone, and otherwise nothing is left but the
    ///   draft.
    /// - Throws: `.occupied` if the draft exists and is another archive than the one in its place.
    func settle(_ draft: String, as name: ArchiveName) throws(ArchiveError) -> Bool

    /// Opens an archive.
    /// - Throws: `.missing` if there is none of that name.
    func open(_ name: ArchiveName) throws(ArchiveError) -> any ByteSource

    /// The SHA-256 that an archive was put with; `nil` if the store has lost it.
    /// - Throws: `.damaged` if it cannot be read.
    func recordedDigest(of name: ArchiveName) throws(ArchiveError) -> ContentDigest?

    /// All archives, sorted.
    func list() throws(ArchiveError) -> [ArchiveName]

    /// The highest sequence that was ever used for a day, as far as anything is left of it; 0 if there is none.
    func lastSequence(of organization: OrganizationName, on day: ArchiveDay) throws(ArchiveError) -> Int

    /// The size of an archive, which is not read; `nil` if there is none of that name.
    func byteCount(of name: ArchiveName) throws(ArchiveError) -> Int64?
}
