import Synchronization

/// A piece of memory.
///
/// `@unchecked Sendable`: it belongs to one owner at a time, who hands it on and forgets it.
struct Chunk: @unchecked Sendable {
    let memory: UnsafeMutableRawBufferPointer

    init(byteCount: Int) {
        memory = .allocate(byteCount: byteCount, alignment: 16)
    }

    func deallocate() { memory.deallocate() }
}

/// Chunks of one size that are used again, recording after recording.
///
/// They are filled on one thread and let go of on another. The C library's allocator keeps what is freed apart for each
/// thread, which was measured to hold twice as much memory as is in use, and to take pages from the kernel again and
/// again. There are never more chunks than the budget has room for.
final class ChunkPool: Sendable {
    static let chunkSize = 256 << 10

    /// Those that nobody uses; taken for moments only, from any thread.
    private let idle = Mutex<[Chunk]>([])

    deinit { idle.withLock { for chunk in $0 { chunk.deallocate() } } }

    func take() -> Chunk {
        idle.withLock { $0.popLast() } ?? Chunk(byteCount: Self.chunkSize)
    }

    func giveBack(_ chunk: Chunk) {
        idle.withLock { $0.append(chunk) }
    }
}
