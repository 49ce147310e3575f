import Recordings

/// Where sealed archives are also kept, on other machines. Its methods may run at the same time.
package protocol ArchiveVault: Sendable {
    /// What messages call it, such as `https://s3.example/callark-acme`; without a secret.
    var place: String { get }

    /// The lock that each put object gets.
    var lock: VaultLock { get }

    /// Until when an archive's copy has to be locked that is put now; `nil` if it gets no lock.
    func lockEnd(of name: ArchiveName) -> Timestamp?

    /// Puts a sealed archive and its side file, reads them back, and confirms the lock of this very version. Putting an
    /// archive again, for example after a crash, makes no second copy.
    func put(_ archive: ArchiveToVault) async throws(VaultError) -> VaultedArchive

    /// The confirmed copy that has these bytes, if the manifest does not know of it any more; `nil` if there is none.
    func find(_ name: ArchiveName, digest: ContentDigest) async throws(VaultError) -> VaultedArchive?

    /// Opens an archive's copy, whose bytes are read by range when they are asked for. Both may block: never call them on
    /// the cooperative pool.
    /// - Throws: `.missing` if the copy does not exist, `.unreachable` or `.unauthorized` if the vault gives no answer.
    func open(_ name: ArchiveName, _ copy: VaultedArchive) throws(ArchiveError) -> any ByteSource

    /// Reads a copy back whole, in one request, and looks at its lock and its side file.
    /// - Returns: `nil` if the copy does not exist.
    func inspect(_ name: ArchiveName, _ copy: VaultedArchive) async throws(VaultError) -> VaultInspection?

    /// Asks, by one request, whether a copy is there as it was confirmed: before a file leaves the disk because of it.
    /// - Returns: `nil` if it is.
    func fault(of name: ArchiveName, _ copy: VaultedArchive) async throws(VaultError) -> VaultCopyFault?

    /// Locks a copy that has no lock, or too short a one, and its side file, as they would be locked if they were put now.
    /// - Returns: the copy as it is locked now.
    func lockAgain(_ name: ArchiveName, _ copy: VaultedArchive) async throws(VaultError) -> VaultedArchive

    /// Called before and after the puts of a pass.
    /// - Returns: this writer's epoch: with another one than before, somebody else was the writer in between.
    /// - Throws: `.notWriter` if the vault belongs to another root.
    @discardableResult
    func confirmWriter() async throws(VaultError) -> Int

    /// Puts what else leaves the machine after a pass: the evidence logs, and a snapshot of the manifest.
    /// - Parameter snapshot: writes a consistent copy of the manifest at a path.
    func keepRecords(snapshot: @escaping @Sendable (String) throws -> Void) async throws(VaultError)

    /// What the store says about the place; shows too that it can be reached with these credentials.
    func bucket() async throws(VaultError) -> VaultBucket

    /// Tries whether the lock is real, by what a lock has to refuse, and keeps the outcome.
    func checkLock() async throws(VaultError) -> VaultLockCheck

    /// The outcome of the last ``checkLock()``; `nil` if there was none.
    func lastLockCheck() throws(ArchiveError) -> VaultLockCheck?
}
