import Archiver
import Crypto
import Files
import Foundation
import Manifest
import NIOCore
import Recordings

/// The bytes of a recording in its archive, open for reading: sealed, wherever the store has it, or still growing in the spool.
/// If the archive is moved meanwhile, the bytes stay readable.
final class HeldFile: Sendable {
    let held: RecordingRow.Held
    private let source: any ByteSource

    /// The number of bytes that are read at once.
    static let chunkBytes = 128 << 10
    /// The number of announced bytes that a vault gives in one answer at least, if the announcement has so many.
    static let answerBytes: Int64 = 32 << 20

    init(_ held: RecordingRow.Held, _ source: any ByteSource) {
        self.held = held
        self.source = source
    }

    /// The state of the archive's file when it was opened; `nil` if it is no local file.
    var status: FileStatus? { source.status }

    /// Opens the archive that has a recording. One that is sealed at this very moment is in its final place.
    /// - Throws: `ArchiveError`, with code `missing` if the archive is not there.
    static func open(_ held: RecordingRow.Held, in root: ArchiveRoot) async throws(ArchiveError) -> HeldFile {
        try await BlockingWork.run { _ throws(ArchiveError) in
            do throws(ArchiveError) {
                return HeldFile(held, try root.open(held.location))
            } catch {
                guard error.code == .missing, !held.isSealed else { throw error }
                return HeldFile(held, try root.open(.sealed(held.archive)))
            }
        }
    }

    /// Opens the copy of the archive that is not on the disk, such as that in a vault.
    /// - Returns: `nil` if there is none.
    static func openElsewhere(
        _ held: RecordingRow.Held,
        in root: ArchiveRoot
    ) async throws(ArchiveError) -> HeldFile? {
        guard held.isSealed, let elsewhere = root.elsewhere else { return nil }
        return try await BlockingWork.run { _ throws(ArchiveError) in
            guard let source = try elsewhere.open(held.archive) else { return nil }
            return HeldFile(held, source)
        }
    }

    /// Announces which bytes of the recording are read next, in their order, so that a vault gives them in few answers.
    /// Does nothing for a local file.
    func announce(_ range: Range<Int64>) {
        guard source.status == nil else { return }
        source.expect(.soon((held.offset + range.lowerBound)..<(held.offset + range.upperBound)))
    }

    /// Reads some bytes of the recording.
    /// - Parameter range: in the recording, at most ``chunkBytes``.
    /// - Throws: `ArchiveError`, with code `damaged` if the archive ends before them.
    func read(_ range: Range<Int64>) async throws(ArchiveError) -> ByteBuffer {
        try await BlockingWork.run { [self] _ throws(ArchiveError) in
            try ByteBuffer.read(source, (held.offset + range.lowerBound)..<(held.offset + range.upperBound))
        }
    }

    /// Reads some bytes of the recording, as ``read(_:)`` does.
    /// - Returns: `nil` if the archive ends before them.
    func readIfThere(_ range: Range<Int64>) async throws(ArchiveError) -> ByteBuffer? {
        do throws(ArchiveError) {
            return try await read(range)
        } catch {
            guard error.code == .damaged else { throw error }
            return nil
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
