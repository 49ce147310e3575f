import Recordings

/// What a vault has, for making a manifest out of it on a machine that has nothing else.
package protocol VaultContents: Sendable {
    /// What messages call the vault; without a secret.
    var place: String { get }

    /// The lock that each archive in it should have.
    var lock: VaultLock { get }

    /// All archives that count, sorted.
    func archives() async throws(VaultError) -> [ArchiveInVault]

    /// Opens an archive for reading its metadata, which is fetched by one request, and kept until ``removeFetched()``: the
    /// next run of an interrupted rebuild does not fetch it again. Any other bytes are read from the vault.
    /// - Parameter again: fetches it again, because what was kept is damaged.
    func openMetadata(of archive: ArchiveInVault, again: Bool) async throws(VaultError) -> any ByteSource

    /// Opens an archive, whose bytes are read from the vault when they are asked for.
    func open(_ archive: ArchiveInVault) -> any ByteSource

    /// Fetches the evidence logs that this root does not have, and the files of legacy sessions.
    func fetchRecords() async throws(VaultError)

    /// The organizations whose log came from the vault and has not been settled: see ``settleLog(of:)``.
    func fetchedLogs() async throws(VaultError) -> [OrganizationName]

    /// Notes that the log of an organization is ready to be written to.
    func settleLog(of organization: OrganizationName) async throws(VaultError)

    /// Fetches the newest copy of the manifest.
    /// - Returns: when it was put; `nil` if there is none.
    func fetchSnapshot(to path: String) async throws(VaultError) -> Timestamp?

    /// How much was read so far.
    var cost: VaultCost { get }

    /// Removes what was kept for the next run.
    func removeFetched() async throws(VaultError)
}

/// An archive in a vault.
package struct ArchiveInVault: Hashable, Sendable {
    package var name: ArchiveName
    package var copy: VaultedArchive
    /// Where its metadata begins; `nil` if the vault does not say.
    package var metadataOffset: Int64?

    package init(name: ArchiveName, copy: VaultedArchive, metadataOffset: Int64?) {
        self.name = name
        self.copy = copy
        self.metadataOffset = metadataOffset
    }
}

/// What was asked of a vault: stores bill both.
package struct VaultCost: Hashable, Sendable {
    package var requests: Int
    /// How many bytes it sent.
    package var byteCount: Int64

    package init(requests: Int = 0, byteCount: Int64 = 0) {
        self.requests = requests
        self.byteCount = byteCount
    }
}
