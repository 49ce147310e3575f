import Files

/// Bytes in memory, in pieces, so that growing never copies.
///
/// `@unchecked Sendable`: one ``IncomingRecording`` fills it and releases it when it finishes; after that it is only
/// read.
final class ByteChunks: @unchecked Sendable {
    /// Where whole chunks come from and return to.
    private let pool: ChunkPool?
    private var chunks: [Chunk] = []
    /// How many bytes of the last chunk are free.
    private var room = 0
    private(set) var count = 0

    init(pool: ChunkPool?) {
        self.pool = pool
    }

    deinit {
        for chunk in chunks {
            if let pool, chunk.memory.count == ChunkPool.chunkSize { pool.recycle(chunk) } else { chunk.deallocate() }
        }
    }

    /// Appends `bytes`. `remaining` is how many bytes are expected from here on, these included; `nil` if that is
    /// unknown.
    func append(_ bytes: UnsafeRawBufferPointer, remaining: Int64?) {
        var rest = bytes
        while !rest.isEmpty {
            if room == 0 { grow(toHold: max(remaining.map { Int(clamping: $0) } ?? ChunkPool.chunkSize, rest.count)) }
            guard let memory = chunks.last?.memory else { return }
            let taken = min(room, rest.count)
            UnsafeMutableRawBufferPointer(rebasing: memory[(memory.count - room)...])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<taken]))
            room -= taken
            count += taken
            rest = UnsafeRawBufferPointer(rebasing: rest[taken...])
        }
    }

    /// The bytes in order, piece by piece.
    func forEach(_ body: (UnsafeRawBufferPointer) throws(ArchiveError) -> Void) throws(ArchiveError) {
        for (index, chunk) in chunks.enumerated() {
            let used = index == chunks.count - 1 ? chunk.memory.count - room : chunk.memory.count
            try body(UnsafeRawBufferPointer(rebasing: chunk.memory[..<used]))
        }
    }

    /// The first bytes, at most `limit`.
    func prefix(_ limit: Int) -> [UInt8] {
        let wanted = min(limit, count)
        var prefix: [UInt8] = []
        for chunk in chunks where prefix.count < wanted {
            prefix.append(contentsOf: chunk.memory.prefix(wanted - prefix.count))
        }
        return prefix
    }

    /// Adds a chunk: a whole one or, for a recording's end, one that is just large enough.
    private func grow(toHold byteCount: Int) {
        let chunk =
            if byteCount >= ChunkPool.chunkSize {
                pool?.take() ?? Chunk(byteCount: ChunkPool.chunkSize)
            } else {
                Chunk(byteCount: byteCount)
            }
        chunks.append(chunk)
        room = chunk.memory.count
    }
}
