import CArchive

/// What the C library does with memory that the process has let go of. It holds for the whole process.
package enum FreeMemory {
    /// From here on a block of memory is the system's again as soon as it is free. Below it, and where the C library
    /// chooses (it raises this limit to the largest block that was freed), blocks lie among small ones, and the holes they
    /// leave stay resident.
    private static let blockBytes: Int32 = 256 << 10

    /// Keeps large blocks apart from small ones. Call it before the process has threads.
    package static func keepBlocksApart() {
        mallopt(M_MMAP_THRESHOLD, blockBytes)
    }

    /// Gives memory that is free back to the system, which takes a millisecond. It is taken by one thread and let go of by
    /// another, and the C library keeps it for the first.
    package static func giveBack() {
        malloc_trim(0)
    }
}
