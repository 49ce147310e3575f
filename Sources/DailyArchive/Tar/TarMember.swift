/// A member of a tar, where its headers and its bytes stand.
struct TarMember: Hashable, Sendable {
    var path: String
    var isFolder: Bool
    var byteCount: Int64
    /// Where its first header block begins, an extended header included.
    var headerOffset: Int64
    /// Where its first byte stands.
    var offset: Int64
    var secondsSince1970: Int64
    /// Whether its headers have nothing that daily archives do not have.
    var isPlain = true

    /// Where the next member begins.
    var end: Int64 { Self.padded(offset + byteCount) }

    /// `offset` rounded up to a whole block.
    static func padded(_ offset: Int64) -> Int64 {
        let block = Int64(TarHeader.blockSize)
        return (offset + block - 1) / block * block
    }
}
