/// A member of a tar, and where its headers and its bytes are.
struct TarMember: Hashable, Sendable {
    var path: String
    var isFolder: Bool
    var byteCount: Int64
    /// Where its first header block begins, an extended header included.
    var headerOffset: Int64
    /// Where its first byte is.
    var offset: Int64
    var secondsSince1970: Int64
    /// Whether its headers contain only what daily archives have.
    var isPlain = true

    /// Where the next member begins.
    var end: Int64 { Self.padded(offset + byteCount) }

    /// `offset` rounded up to a whole block.
    static func padded(_ offset: Int64) -> Int64 {
        let block = Int64(ParsedTarHeader.blockSize)
        return (offset + block - 1) / block * block
    }
}
