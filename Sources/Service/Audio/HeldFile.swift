import Archiver
import Crypto
import Files
import Foundation
import Glibc
import Manifest
import NIOCore
import Recordings

/// The bytes of a recording in its archive, open for reading: sealed, or still growing in the spool. If the archive is moved
/// meanwhile, the bytes stay readable.
final class HeldFile: Sendable {
    let held: RecordingRow.Held
    /// The state of the file when it was opened.
    let status: FileStatus
    private let file: OpenFile

    /// The number of bytes that are read at once.
    static let chunkBytes = 128 << 10

    /// - Throws: `ArchiveError`, with code `missing` if the archive is not there.
    private init(_ held: RecordingRow.Held, _ path: String) throws(ArchiveError) {
        self.held = held
        file = try OpenFile(path, O_RDONLY)
        status = try file.status()
    }

    /// Opens the archive that has a recording. One that is sealed at this very moment is in its final place.
    /// - Throws: `ArchiveError`, with code `missing` if the archive is not there.
    static func open(_ held: RecordingRow.Held, in root: ArchiveRoot) async throws(ArchiveError) -> HeldFile {
        try await BlockingWork.run { _ throws(ArchiveError) in
            do throws(ArchiveError) {
                return try HeldFile(held, root.path(of: held.location))
            } catch {
                guard error.code == .missing, !held.isSealed else { throw error }
                return try HeldFile(held, root.path(of: .sealed(held.archive)))
            }
        }
    }

    /// Reads some bytes of the recording.
    /// - Parameter range: in the recording, at most ``chunkBytes``.
    /// - Throws: `ArchiveError`, with code `damaged` if the archive ends before them.
    func read(_ range: Range<Int64>) async throws(ArchiveError) -> ByteBuffer {
        try await BlockingWork.run { [self] _ throws(ArchiveError) in
            var buffer = ByteBufferAllocator().buffer(capacity: range.count)
            var result = Result<Int, ArchiveError>.success(0)
            buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: range.count) { bytes in
                let space = UnsafeMutableRawBufferPointer(rebasing: bytes[..<range.count])
                result = Result { () throws(ArchiveError) in
                    try file.read(into: space, at: held.offset + range.lowerBound)
                }
                return (try? result.get()) ?? 0
            }
            guard try result.get() == range.count else { throw .damaged("the archive ends too early", path: file.path) }
            return buffer
        }
    }

    /// Reads all of the recording and compares it with its checksum.
    /// - Returns: whether it is what was archived.
    func isSound() async throws(ArchiveError) -> Bool {
        var sum = SHA256()
        var place: Int64 = 0
        while place < held.byteCount {
            let end = min(place + Int64(Self.chunkBytes), held.byteCount)
            let bytes: ByteBuffer
            do {
                bytes = try await read(place..<end)
            } catch  where error.code == .damaged {
                return false
            }
            bytes.withUnsafeReadableBytes { sum.update(bufferPointer: $0) }
            place = end
        }
        return Self.digest(sum) == held.digest
    }

    /// The digest of all bytes that were added to a sum.
    static func digest(_ sum: SHA256) -> ContentDigest? {
        ContentDigest(bytes: sum.finalize())
    }
}
