import Files
import Glibc

extension ReceivedContent {
    /// The outcome of decoding a recording that was sent compressed.
    package enum Decoding: Sendable {
        case decoded(ReceivedContent)
        /// It is not in the form that its encoding states, is cut short, or fails its own checksum.
        case damaged
        /// Decoded, it has more bytes than allowed.
        case tooLarge
    }

    /// Decodes what was sent as gzip or zlib, to its end, into a part file of its own, on a thread that may wait for
    /// the disk. The memory that this needs does not depend on the decoded size.
    /// - Parameters:
    ///   - partPath: a part with another name than the one that the bytes may be in.
    ///   - limit: how many bytes the decoded content may have.
    ///   - expectBytes: called from time to time with the number of bytes still to be written, here and into an
    ///     archive; throws if there is no room.
    /// - Throws: `.cancelled` if the task was; what `expectBytes` throws; the disk's own errors.
    package func decoded(
        into partPath: String,
        limit: Int64,
        expectBytes: @escaping @Sendable (Int64) throws(ArchiveError) -> Void
    ) async throws(ArchiveError) -> Decoding {
        try await BlockingWork.run { progress throws(ArchiveError) in
            let decoder = try Decoder(partPath: partPath, limit: limit, expectBytes: expectBytes)
            do throws(ArchiveError) {
                try forEachPiece { piece throws(ArchiveError) in
                    try progress.checkCancellation(partPath)
                    try decoder.take(piece)
                }
            } catch {
                try decoder.discard()
                throw error
            }
            return try decoder.end()
        }
    }
}

/// Decodes piece by piece into a part file.
private final class Decoder {
    private let inflater: Inflater
    private let incoming: IncomingRecording
    private let limit: Int64
    private let expectBytes: @Sendable (Int64) throws(ArchiveError) -> Void
    private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
    private var expectedThrough: Int64 = 0
    private var isWhole = false
    private var isDamaged = false
    private var isTooLarge = false

    /// How many more bytes of disk space are requested at a time.
    private static let step: Int64 = 64 << 20

    init(
        partPath: String,
        limit: Int64,
        expectBytes: @escaping @Sendable (Int64) throws(ArchiveError) -> Void
    ) throws(ArchiveError) {
        guard let inflater = Inflater() else { throw .system("decode", partPath, errno: ENOMEM) }
        self.inflater = inflater
        self.limit = limit
        self.expectBytes = expectBytes
        incoming = IncomingRecording(expecting: nil, memory: nil, partPath: partPath)
    }

    deinit { output.deallocate() }

    /// Decodes the next bytes; ignores them once the content is known to be unusable.
    func take(_ piece: UnsafeRawBufferPointer) throws(ArchiveError) {
        var rest = piece
        while !isDamaged, !isTooLarge {
            let step = inflater.decode(rest, into: output)
            isDamaged = step.outcome == .damaged
            isWhole = step.outcome == .whole
            try keep(UnsafeRawBufferPointer(rebasing: output[..<step.made]))
            rest = UnsafeRawBufferPointer(rebasing: rest[step.taken...])
            // After a full buffer there may be more output without any more input.
            if rest.isEmpty, step.made < output.count { return }
            if step.taken == 0, step.made == 0 { isDamaged = true }
        }
    }

    private func keep(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
        let sum = incoming.byteCount + Int64(bytes.count)
        guard sum <= limit else {
            isTooLarge = true
            return
        }
        if sum > expectedThrough {
            expectedThrough = sum + Self.step
            try expectBytes(2 * expectedThrough - incoming.byteCount)
        }
        try incoming.append(bytes)
    }

    func end() throws(ArchiveError) -> ReceivedContent.Decoding {
        guard isWhole, !isDamaged, !isTooLarge else {
            try discard()
            return isTooLarge ? .tooLarge : .damaged
        }
        return .decoded(incoming.finish())
    }

    func discard() throws(ArchiveError) { try incoming.reset(expecting: nil, entityTag: nil) }
}
