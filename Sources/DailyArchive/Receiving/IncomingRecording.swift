import Files
import Glibc
import Recordings

/// The bytes of one recording while they arrive: counted and hashed as they come, and kept between attempts, so that a
/// retry resumes where the last attempt ended. Small recordings are kept in memory, others in a part file. Used by one
/// thread at a time.
package final class IncomingRecording {
    /// How many bytes of memory a recording without a declared size reserves; what does not fit goes to its part file.
    package static let undeclaredReservation = 1 << 20

    package private(set) var byteCount: Int64 = 0
    /// The size that the provider declared.
    package private(set) var expectedByteCount: Int64?
    /// The entity tag of the object to which the bytes so far belong.
    package private(set) var entityTag: String?
    /// The object's `Content-Encoding`, if it has one. The bytes are kept as sent, not decoded.
    package private(set) var contentEncoding: String?

    /// Whether the bytes go to the disk as they arrive.
    package var isInPart: Bool { part != nil }

    private let partPath: String
    private var digester = Digester()
    /// Either of these or, before a part file's first byte, neither.
    private var memory: (chunks: ByteChunks, reservation: MemoryReservation)?
    private var part: (file: PartFile, prefix: [UInt8])?

    /// Starts without any bytes.
    /// - Parameters:
    ///   - memory: what may be held in memory; without it, or when it is used up, the bytes go to a part file.
    ///   - partPath: ``ArchiveRoot/partPath(for:organization:)``. An existing part there is replaced.
    package init(
        expecting expectedByteCount: Int64?,
        entityTag: String? = nil,
        contentEncoding: String? = nil,
        memory: MemoryReservation?,
        partPath: String
    ) {
        self.expectedByteCount = expectedByteCount
        self.entityTag = entityTag
        self.contentEncoding = contentEncoding
        self.partPath = partPath
        self.memory = memory.map { (ByteChunks(pool: $0.pool), $0) }
    }

    /// How many bytes to reserve for a recording; `nil` if it is larger than `limit` and belongs in a part file.
    package static func memoryNeeded(expecting expectedByteCount: Int64?, limit: Int) -> Int? {
        guard let expectedByteCount else { return min(limit, undeclaredReservation) }
        return expectedByteCount <= Int64(limit) ? Int(max(expectedByteCount, 0)) : nil
    }

    /// Resumes a recording of which an earlier process, or an earlier attempt of this one, has left a part: reads and
    /// hashes it, on a thread that may wait for the disk.
    /// - Returns: `nil` if nothing is left from which it could resume. If ``byteCount`` is ``expectedByteCount``, the
    ///   recording is complete.
    /// - Throws: `.cancelled` if the task was.
    package static func resuming(partPath: String) async throws(ArchiveError) -> IncomingRecording? {
        // Usually nothing is left, and finding that out needs no thread of its own.
        guard try FileSystem.size(of: partPath) != nil else { return nil }
        return try await BlockingWork.run { progress throws(ArchiveError) in
            Handover(recording: try resuming(partPath: partPath, progress))
        }.recording
    }

    /// Unchecked: made on one thread and passed on whole; no one else has a reference.
    private struct Handover: @unchecked Sendable {
        var recording: IncomingRecording?
    }

    private static func resuming(
        partPath: String,
        _ progress: ReadingProgress
    ) throws(ArchiveError) -> IncomingRecording? {
        guard let (description, usable) = try PartDescription.read(besides: partPath), usable > 0 else { return nil }
        let recording = IncomingRecording(
            expecting: description.expectedByteCount,
            entityTag: description.entityTag,
            contentEncoding: description.contentEncoding,
            memory: nil,
            partPath: partPath
        )
        recording.part = (try PartFile(path: partPath, keeping: usable), [])
        let reader = try SequentialReader(partPath, progress: progress)
        while true {
            let piece = try reader.next(reader.windowSize)
            if piece.isEmpty { break }
            recording.note(piece)
        }
        return recording
    }

    /// Appends the next bytes.
    package func append(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
        guard !bytes.isEmpty else { return }
        if let (chunks, reservation) = memory, chunks.count + bytes.count <= reservation.bytes {
            chunks.append(bytes, remaining: expectedByteCount.map { $0 - byteCount })
        } else {
            try currentPart().append(bytes)
        }
        note(bytes)
    }

    /// Discards the bytes, because another object follows, or the same one from its beginning. A reservation that is
    /// still held is kept.
    package func reset(
        expecting expectedByteCount: Int64?,
        entityTag: String?,
        contentEncoding: String? = nil
    ) throws(ArchiveError) {
        if part != nil { try PartFile.remove(partPath) }
        forget(keeping: memory?.reservation)
        self.expectedByteCount = expectedByteCount
        self.entityTag = entityTag
        self.contentEncoding = contentEncoding
    }

    /// Moves bytes from memory into the part file, from which a later attempt or process resumes.
    package func spillToDisk() throws(ArchiveError) {
        if memory != nil, byteCount > 0 { _ = try currentPart() }
    }

    /// Makes the part file's bytes so far survive a reboot. Waits for the disk, so it is for an orderly stop, not for
    /// every piece. Does nothing without a part file or an entity tag.
    package func checkpoint() throws(ArchiveError) {
        guard let part, let entityTag else { return }
        try part.file.synchronize()
        try description(entityTag, durableByteCount: byteCount).write(besides: partPath, durably: true)
    }

    /// The complete recording. Afterwards this value is empty and holds no memory, and may be used for another attempt.
    ///
    /// This does not flush a part file: it becomes durable when it is appended to an archive, and this may be called on
    /// the thread that all downloads share.
    package func finish() -> ReceivedContent {
        let storage: ReceivedContent.Storage =
            if let part {
                .part(path: partPath, prefix: part.prefix)
            } else {
                .memory(ReceivedMemory(memory?.chunks ?? ByteChunks(pool: nil), memory?.reservation))
            }
        let content = ReceivedContent(byteCount: byteCount, digest: digester.digest, storage: storage)
        forget(keeping: nil)
        return content
    }

    private func note(_ bytes: UnsafeRawBufferPointer) {
        digester.update(bytes)
        byteCount += Int64(bytes.count)
        if let prefix = part?.prefix, prefix.count < ReceivedContent.prefixLimit {
            part?.prefix.append(contentsOf: bytes.prefix(ReceivedContent.prefixLimit - prefix.count))
        }
    }

    private func forget(keeping reservation: MemoryReservation?) {
        memory = reservation.map { (ByteChunks(pool: $0.pool), $0) }
        part = nil
        byteCount = 0
        digester = Digester()
    }

    /// The part file, created now if there is none: what was in memory moves into it, which frees the memory.
    private func currentPart() throws(ArchiveError) -> PartFile {
        if let part { return part.file }
        let file = try PartFile(creating: partPath)
        if let entityTag {
            try description(entityTag, durableByteCount: 0).write(besides: partPath, durably: false)
        }
        try memory?.chunks.forEach { bytes throws(ArchiveError) in try file.append(bytes) }
        part = (file, memory?.chunks.prefix(ReceivedContent.prefixLimit) ?? [])
        memory = nil
        return file
    }

    private func description(_ entityTag: String, durableByteCount: Int64) -> PartDescription {
        PartDescription(
            entityTag: entityTag,
            contentEncoding: contentEncoding,
            expectedByteCount: expectedByteCount,
            durableByteCount: durableByteCount
        )
    }
}
