import CGlibc
import Foundation

/// What the C library does with memory that the process has freed. The settings apply to the whole process.
enum FreeMemory {
    /// A freed block of at least this size is returned to the system at once. Otherwise, and by default (the C library
    /// raises this limit to the largest block that was freed), large blocks lie among small ones, and the holes that
    /// they leave stay resident.
    private static let blockBytes: Int32 = 256 << 10
    /// How much free memory a thread keeps before it is returned to the system. A thread that frees memory soon needs
    /// as much again, and requesting it from the system takes longer than the work that it is for.
    private static let spareBytes: Int32 = 1 << 20
    /// Threads share memory arenas if there are more threads than these. Each arena has holes and spare memory of its
    /// own.
    private static let partsPerCore = 2

    /// Keeps large blocks apart from small ones, and little in reserve. Call it before the process starts threads.
    static func configure() {
        let cores = max(2, ProcessInfo.processInfo.activeProcessorCount)
        mallopt(M_MMAP_THRESHOLD, blockBytes)
        mallopt(M_TRIM_THRESHOLD, spareBytes)
        mallopt(M_ARENA_MAX, Int32(clamping: cores * partsPerCore))
    }
}
