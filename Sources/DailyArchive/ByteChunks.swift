/// Bytes in memory, in pieces, so that growing never copies.
///
/// `@unchecked Sendable`: one ``IncomingRecording`` fills it and lets go of it when it finishes; after that it is only read.
final class ByteChunks: @unchecked Sendable {
    private static let chunkSize = 256 << 10

    private var chunks: [UnsafeMutableRawBufferPointer] = []
    private var room = 0
    private(set) var count = 0

    deinit { for chunk in chunks { chunk.deallocate() } }

    /// Adds `bytes`; `remaining` is how many are expected from here on, where that is known.
    func append(_ bytes: UnsafeRawBufferPointer, remaining: Int64?) {
        var rest = bytes
        while !rest.isEmpty {
            if room == 0 { grow(by: Int(min(max(remaining ?? .max, Int64(rest.count)), Int64(Self.chunkSize)))) }
            guard let chunk = chunks.last else { return }
            let taken = min(room, rest.count)
            UnsafeMutableRawBufferPointer(rebasing: chunk[(chunk.count - room)...])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<taken]))
            room -= taken
            count += taken
            rest = UnsafeRawBufferPointer(rebasing: rest[taken...])
        }
    }

    /// The bytes in order, piece by piece.
    func forEach(_ body: (UnsafeRawBufferPointer) throws(ArchiveError) -> Void) throws(ArchiveError) {
        for (index, chunk) in chunks.enumerated() {
            let used = index == chunks.count - 1 ? chunk.count - room : chunk.count
            try body(UnsafeRawBufferPointer(rebasing: chunk[..<used]))
        }
    }

    /// The first bytes, at most `limit`.
    func prefix(_ limit: Int) -> [UInt8] {
        var prefix: [UInt8] = []
        for chunk in chunks where prefix.count < limit { prefix.append(contentsOf: chunk.prefix(limit - prefix.count)) }
        return Array(prefix.prefix(count))
    }

    private func grow(by size: Int) {
        chunks.append(.allocate(byteCount: size, alignment: 16))
        room = size
    }
}
