import CZlib

/// zlib's decoder of one gzip (RFC 1952) or zlib (RFC 1950) stream, piece by piece.
final class Inflater {
    /// The outcome of one step.
    enum Outcome {
        /// Decoded as much as there was input or room for.
        case goesOn
        /// The input so far ends with a complete stream, or with several, one after the other.
        case whole
        /// Not such a stream, or one whose checksum or length is wrong.
        case damaged
    }

    /// The largest window, and either kind of header.
    private static let windowBits: Int32 = 15 + 32

    /// On the heap, because zlib remembers its address.
    private let stream: UnsafeMutablePointer<z_stream>
    private var isWhole = false

    /// A decoder at the beginning of a stream; `nil` if zlib cannot get memory.
    init?() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let size = Int32(MemoryLayout<z_stream>.size)
        guard inflateInit2_(stream, Self.windowBits, ZLIB_VERSION, size) == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Decodes from `input` into `output`.
    /// - Returns: the outcome, and how many bytes of each were used.
    func decode(
        _ input: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer
    ) -> (outcome: Outcome, taken: Int, made: Int) {
        // Another stream after a complete one belongs to the same content (RFC 1952 section 2.2).
        if isWhole, !input.isEmpty {
            guard inflateReset(stream) == Z_OK else { return (.damaged, 0, 0) }
            isWhole = false
        }
        let (count, room) = (UInt32(clamping: input.count), UInt32(clamping: output.count))
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        )
        stream.pointee.avail_in = count
        stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = room
        let code = inflate(stream, Z_NO_FLUSH)
        let (taken, made) = (Int(count - stream.pointee.avail_in), Int(room - stream.pointee.avail_out))
        switch code {
        case Z_STREAM_END: isWhole = true
        case Z_OK, Z_BUF_ERROR: break
        default: return (.damaged, taken, made)
        }
        return (isWhole ? .whole : .goesOn, taken, made)
    }
}
