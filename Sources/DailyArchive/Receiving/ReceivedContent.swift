import Files
import Glibc
import Recordings
import Synchronization

/// All bytes of a recording, received, counted and hashed, on their way into an archive.
package struct ReceivedContent: Sendable {
    package let byteCount: Int64
    package let digest: ContentDigest
    private let storage: Storage

    /// What distinguishes its bytes from any others.
    package var identity: ByteIdentity { ByteIdentity(byteCount: byteCount, digest: digest) }

    /// The greatest length of ``prefix``.
    package static let prefixLimit = 64 << 10

    enum Storage: Sendable {
        case memory(ReceivedMemory)
        case part(path: String, prefix: [UInt8])
        /// In a file that also holds other things.
        case range(path: String, offset: Int64)
    }

    init(byteCount: Int64, digest: ContentDigest, storage: Storage) {
        self.byteCount = byteCount
        self.digest = digest
        self.storage = storage
    }

    /// Content that is already in memory, outside of any budget.
    package init(bytes: [UInt8]) {
        let chunks = ByteChunks(pool: nil)
        bytes.withUnsafeBytes { chunks.append($0, remaining: Int64(bytes.count)) }
        self.init(
            byteCount: Int64(bytes.count),
            digest: Digester.digest(of: bytes),
            storage: .memory(ReceivedMemory(chunks, nil))
        )
    }

    /// A recording's bytes in an archive's tar, at the entry's offset.
    package init(of entry: RecordingEntry, in path: String) {
        self.init(
            byteCount: entry.stored.byteCount,
            digest: entry.stored.digest,
            storage: .range(path: path, offset: entry.offset)
        )
    }

    /// The first bytes, at most 64 KiB, from which the container's header can be read; none of content in an archive.
    package var prefix: [UInt8] {
        switch storage {
        case .memory(let memory): memory.chunks?.prefix(Self.prefixLimit) ?? []
        case .part(_, let prefix): prefix
        case .range: []
        }
    }

    /// The part file with the bytes; `nil` if they are in memory or in an archive.
    package var partPath: String? {
        if case .part(let path, _) = storage { path } else { nil }
    }

    /// Removes the part file, if there is one. Call it only when the manifest knows that the recording is stored: until
    /// then, a crash would cost a second download.
    package func discardPart() throws(ArchiveError) {
        if let partPath { try PartFile.remove(partPath) }
    }

    /// Releases the memory for the next recordings while this one is on its way to the disk. Called once its bytes have
    /// been appended to an archive. If that archive cannot be made durable, none of them is kept, and the recording is
    /// received again. Content in a file is not affected.
    func releaseBuffers() {
        if case .memory(let memory) = storage { memory.release() }
    }

    /// The bytes in order, piece by piece.
    /// - Throws: `.damaged` if a file no longer has what was received, `.notReady` if the memory was released.
    func forEachPiece(_ body: (UnsafeRawBufferPointer) throws(ArchiveError) -> Void) throws(ArchiveError) {
        switch storage {
        case .memory(let memory):
            guard let chunks = memory.chunks else {
                throw ArchiveError(.notReady, "a recording's bytes are no longer in memory; receive it again", path: "")
            }
            try chunks.forEach(body)
        case .part(let path, _): try readFile(path, from: 0, body)
        case .range(let path, let offset): try readFile(path, from: offset, body)
        }
    }

    /// Bytes in a file have been on a disk, so they are hashed again on the way: only what was read back counts as
    /// stored.
    private func readFile(
        _ path: String,
        from offset: Int64,
        _ body: (UnsafeRawBufferPointer) throws(ArchiveError) -> Void
    ) throws(ArchiveError) {
        guard try FileSource(path).read(at: offset, byteCount: byteCount, body) == digest else {
            throw .damaged("\(path) has changed since it was received; receive the recording again", path: path)
        }
    }
}

/// A recording's bytes in memory, and its share of the budget, for as long as anyone needs them.
final class ReceivedMemory: Sendable {
    /// Locked only for moments: the bytes are read outside of the lock.
    private let held: Mutex<(chunks: ByteChunks, reservation: MemoryReservation?)?>

    init(_ chunks: ByteChunks, _ reservation: MemoryReservation?) {
        held = Mutex((chunks, reservation))
    }

    /// `nil` once they are released.
    var chunks: ByteChunks? { held.withLock { $0?.chunks } }

    /// Releases the bytes. The reservation is released with the last reference to them. Bytes without a reservation
    /// stay, because no one waits for their memory.
    func release() {
        // Outside of the lock, because a waiter that gets the memory may run at once.
        let last = held.withLock { held -> (ByteChunks, MemoryReservation?)? in
            guard held?.reservation != nil else { return nil }
            defer { held = nil }
            return held
        }
        withExtendedLifetime(last) {}
    }
}
