import CGlibc
import Foundation

/// What the C library does with memory that the process has let go of. It holds for the whole process.
enum FreeMemory {
    /// From here on a block of memory is the system's again as soon as it is free. Below it, and where the C library
    /// chooses (it raises this limit to the largest block that was freed), blocks lie among small ones, and the holes they
    /// leave stay resident.
    private static let blockBytes: Int32 = 256 << 10
    /// What may be free at the end of a thread's memory before it is the system's again: a thread that lets go of memory
    /// soon needs as much, and getting it anew takes longer than what it is for.
    private static let spareBytes: Int32 = 1 << 20
    /// Threads share memory where there are more of them: each part of it has holes and spare memory of its own.
    private static let partsPerCore = 2

    /// Keeps large blocks apart from small ones, and little in reserve. Call it before the process has threads.
    static func keepLittle() {
        let cores = max(2, ProcessInfo.processInfo.activeProcessorCount)
        mallopt(M_MMAP_THRESHOLD, blockBytes)
        mallopt(M_TRIM_THRESHOLD, spareBytes)
        mallopt(M_ARENA_MAX, Int32(clamping: cores * partsPerCore))
    }
}
