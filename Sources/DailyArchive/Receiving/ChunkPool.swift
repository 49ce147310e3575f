import Synchronization

/// A piece of memory.
///
/// `@unchecked Sendable`: it belongs to one owner at a time, which passes it on and keeps no reference.
struct Chunk: @unchecked Sendable {
    let memory: UnsafeMutableRawBufferPointer

    init(byteCount: Int) {
        memory = .allocate(byteCount: byteCount, alignment: 16)
    }

    func deallocate() { memory.deallocate() }
}

/// Chunks of one size that are used again, recording after recording.
///
/// One thread fills them and another frees them. The C library's allocator keeps freed memory separately for each
/// thread. It was measured to hold twice as much memory as is in use, and to request pages from the kernel repeatedly.
/// There are never more chunks than the budget allows.
final class ChunkPool: Sendable {
    static let chunkSize = 256 << 10

    /// The unused ones. Locked only for moments, from any thread.
    private let idle = Mutex<[Chunk]>([])

    deinit { idle.withLock { for chunk in $0 { chunk.deallocate() } } }

    func take() -> Chunk {
        idle.withLock { $0.popLast() } ?? Chunk(byteCount: Self.chunkSize)
    }

    func recycle(_ chunk: Chunk) {
        idle.withLock { $0.append(chunk) }
    }
}
