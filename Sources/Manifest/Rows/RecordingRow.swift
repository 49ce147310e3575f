import Recordings

/// A recording as the manifest knows it: a line of `list`.
package struct RecordingRow: Hashable, Sendable {
    package var row: RecordingRowID
    package var organization: OrganizationName
    package var day: ArchiveDay
    package var key: RecordingKey
    package var stopTime: Timestamp?
    package var file: FileName
    package var state: RecordingState
    /// Why its bytes are not available: where it is damaged, and why it failed, if it did.
    package var reason: String?
    /// The kind of failure or damage; `nil` for a recording that is neither failed nor damaged.
    package var failureCode: GapReason?
    /// How many downloads were started.
    package var attempts: Int
    /// When it is to be downloaded next, while it is not held.
    package var wantedTime: Timestamp?
    /// Where its bytes are, or were found damaged; `nil` while no archive has them.
    package var held: Held?
    /// What is known about its call; `nil` if nothing is known yet.
    package var call: KnownCall?

    /// Where a recording's bytes are, and what they are.
    package struct Held: Hashable, Sendable {
        package var archive: ArchiveName
        /// Whether the archive is sealed; otherwise it is open in the spool.
        package var isSealed: Bool
        /// Whether the archive is sealed and has to be in the vault, and is not yet.
        package var isWaitingForVault: Bool
        /// Where its archive is kept.
        package var copies: ArchiveCopies
        /// The position of the first byte in the archive's tar.
        package var offset: Int64
        package var byteCount: Int64
        package var digest: ContentDigest
        package var audio: AudioFormat?
        package var suspicion: String?
        package var receivedTime: Timestamp

        /// Where its archive is.
        package var location: ArchiveLocation { isSealed ? .sealed(archive) : .open(archive) }
    }
}
