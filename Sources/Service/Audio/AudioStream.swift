import Crypto
import Files
import Foundation
import Manifest
import NIOCore
import Recordings

/// Sends a recording, or a part of it, while checking the whole recording against its checksum. The last bytes are held back
/// until the recording is known to be sound. If it is damaged, the connection ends before them.
struct AudioStream: Sendable {
    let file: HeldFile
    let range: Range<Int64>
    /// Whether the whole recording was recently found sound.
    let isKnownSound: Bool
    /// Called with the result of the check: whether the recording is sound.
    let onVerdict: @Sendable (Bool) async -> Void

    /// The recording's bytes in the archive do not match its checksum.
    struct Damage: Error {}

    private var isWhole: Bool { range == 0..<file.held.byteCount }

    /// The bytes of the recording that are announced to a vault; `nil` for none.
    ///
    /// These are the bytes that are sent, if nothing else is read. While a second reader checks the whole recording,
    /// each of the two would discard what was fetched for the other. So nothing is announced then, unless one answer
    /// has the whole recording.
    var announced: Range<Int64>? {
        if isKnownSound || isWhole { return range }
        return file.held.byteCount <= HeldFile.answerBytes ? 0..<file.held.byteCount : nil
    }

    /// - Throws: ``Damage``; `ArchiveError`; an error of the connection if it has ended.
    func send(to writer: inout AnswerWriter) async throws {
        let last: ByteBuffer
        if let announced { file.announce(announced) }
        if isWhole {
            var sum: SHA256? = SHA256()
            last = try await sendAllButLast(to: &writer, adding: &sum)
            try await conclude(sum.flatMap(HeldFile.digest) == file.held.digest)
        } else if isKnownSound {
            var none: SHA256?
            last = try await sendAllButLast(to: &writer, adding: &none)
        } else {
            last = try await sendWhileChecking(to: &writer)
        }
        if last.readableBytes > 0 { try await writer.write(last) }
    }

    private func sendWhileChecking(to writer: inout AnswerWriter) async throws -> ByteBuffer {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask { try await file.isSound() }
            defer { group.cancelAll() }
            var none: SHA256?
            let last = try await sendAllButLast(to: &writer, adding: &none)
            try await conclude(try await group.next() ?? false)
            return last
        }
    }

    private func conclude(_ isSound: Bool) async throws {
        await onVerdict(isSound)
        guard isSound else { throw Damage() }
    }

    /// - Returns: the last bytes, which have not been sent.
    private func sendAllButLast(to writer: inout AnswerWriter, adding sum: inout SHA256?) async throws -> ByteBuffer {
        var last = ByteBuffer()
        var place = range.lowerBound
        while place < range.upperBound {
            let end = min(place + Int64(HeldFile.chunkBytes), range.upperBound)
            let bytes = try await read(place..<end)
            bytes.withUnsafeReadableBytes { sum?.update(bufferPointer: $0) }
            if last.readableBytes > 0 { try await writer.write(last) }
            (last, place) = (bytes, end)
        }
        return last
    }

    private func read(_ range: Range<Int64>) async throws -> ByteBuffer {
        do {
            return try await file.read(range)
        } catch  where error.code == .damaged {
            await onVerdict(false)
            throw Damage()
        }
    }
}
