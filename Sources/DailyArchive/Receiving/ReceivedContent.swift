import Files
import Glibc
import Recordings
import Synchronization

/// All bytes of a recording, received and counted and hashed, on their way into an archive.
package struct ReceivedContent: Sendable {
    package let byteCount: Int64
    package let digest: ContentDigest
    private let storage: Storage

    /// What tells its bytes from all others.
    package var identity: ByteIdentity { ByteIdentity(byteCount: byteCount, digest: digest) }

    /// How much ``prefix`` has at most.
    package static let prefixLimit = 64 << 10

    enum Storage: Sendable {
        case memory(ReceivedMemory)
        case part(path: String, prefix: [UInt8])
        /// Somewhere in a file that holds other things too.
        case range(path: String, offset: Int64)
    }

    init(byteCount: Int64, digest: ContentDigest, storage: Storage) {
        self.byteCount = byteCount
        self.digest = digest
        self.storage = storage
    }

    /// Content that is in memory already, outside of any budget.
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

    /// The first bytes, at most 64 KiB, for a look at the container's header.
    package var prefix: [UInt8] {
        switch storage {
        case .memory(let memory): memory.chunks?.prefix(Self.prefixLimit) ?? []
        case .part(_, let prefix): prefix
        case .range: []
        }
    }

    /// Where the bytes are, where they are not in memory.
    package var partPath: String? {
        if case .part(let path, _) = storage { path } else { nil }
    }

    /// Takes a part file away. To be called when the manifest knows that the recording is stored, not before: until then
    /// a crash costs a second download. Content in memory has nothing to take away.
    package func discardPart() throws(ArchiveError) {
        if let partPath { try PartFile.remove(partPath) }
    }

    /// Gives memory back, for the next recordings to arrive in, while this one is on its way to the disk: called once its
    /// bytes have been appended to an archive. Where that archive cannot be made durable nothing is kept of them, and
    /// the recording is received again. Content in a file stays.
    func letGoOfMemory() {
        if case .memory(let memory) = storage { memory.letGo() }
    }

    /// The bytes in order, piece by piece.
    /// - Throws: `.damaged` where a part file is no longer what was received, `.notReady` where memory was given back.
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

    /// Bytes in a file have been on a disk: they are hashed again on the way, so that nothing is called stored by hearsay.
    private func readFile(
        _ path: String,
        from offset: Int64,
        _ body: (UnsafeRawBufferPointer) throws(ArchiveError) -> Void
    ) throws(ArchiveError) {
        let reader = try SequentialReader(path, range: offset..<(offset + byteCount), options: .digesting)
        while true {
            let piece = try reader.next(reader.windowSize)
            if piece.isEmpty { break }
            try body(piece)
        }
        guard reader.position == offset + byteCount, reader.digest == digest else {
            throw .damaged("\(path) has changed since it was received; receive the recording again", path: path)
        }
    }
}

/// A recording's bytes in memory, and the share of the budget that they take, until nobody needs them any more.
final class ReceivedMemory: Sendable {
    /// Taken for moments only: the bytes are read outside of it.
    private let held: Mutex<(chunks: ByteChunks, reservation: MemoryReservation?)?>

    init(_ chunks: ByteChunks, _ reservation: MemoryReservation?) {
        held = Mutex((chunks, reservation))
    }

    /// `nil` once they are let go of.
    var chunks: ByteChunks? { held.withLock { $0?.chunks } }

    /// The reservation is given back with the last reference to the bytes. What holds none stays: nobody waits for it.
    func letGo() {
        // Outside of the lock: whoever is granted the memory may run at once.
        let last = held.withLock { held -> (ByteChunks, MemoryReservation?)? in
            guard held?.reservation != nil else { return nil }
            defer { held = nil }
            return held
        }
        withExtendedLifetime(last) {}
    }
}
