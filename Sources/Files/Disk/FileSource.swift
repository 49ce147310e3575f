import Glibc

/// A file's bytes. It is closed with the last reference to it.
package final class FileSource: ByteSource {
    package let byteCount: Int64
    package let status: FileStatus?
    private let file: OpenFile

    /// - Parameter isShared: keeps others from removing the file while it is open (``ArchiveFolder/evict(_:)``).
    /// - Throws: `.missing` if there is no such file.
    package init(_ path: String, isShared: Bool = false) throws(ArchiveError) {
        file = try OpenFile(path, O_RDONLY)
        // Where the file system has no such locks, the bytes of an open file still outlive its name.
        if isShared { _ = flock(file.descriptor, LOCK_SH | LOCK_NB) }
        let status = try file.status()
        self.status = status
        byteCount = status.byteCount
    }

    package var name: String { file.path }

    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(ArchiveError) -> Int {
        try file.read(into: buffer, at: offset)
    }

    package func expect(_ use: ByteUse) {
        switch use {
        case .forwards: file.advise(POSIX_FADV_SEQUENTIAL)
        case .scattered: file.advise(POSIX_FADV_RANDOM)
        case .soon(let range): advise(POSIX_FADV_WILLNEED, range)
        case .uncached(let range): advise(POSIX_FADV_DONTNEED, range)
        }
    }

    private func advise(_ advice: Int32, _ range: Range<Int64>) {
        // To the kernel, no bytes are all bytes.
        guard !range.isEmpty else { return }
        file.advise(advice, offset: range.lowerBound, count: Int64(range.count))
    }
}
