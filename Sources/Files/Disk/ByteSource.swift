/// Bytes that can be read in any order: an archive, wherever it is. Every call blocks, so never use it on the cooperative
/// pool.
package protocol ByteSource: Sendable {
    /// What messages call it: the path of a file.
    var name: String { get }

    /// How many bytes it had when it was opened.
    var byteCount: Int64 { get }

    /// Fills `buffer` from `offset` on.
    /// - Returns: how many bytes there were; fewer than requested only at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(ArchiveError) -> Int

    /// Says how the bytes are going to be read. That may make reading faster, and changes nothing else.
    func expect(_ use: ByteUse)

    /// The state of the file as it was opened; `nil` for bytes that are no local file, and that nobody can change in place.
    var status: FileStatus? { get }
}

extension ByteSource {
    package var status: FileStatus? { nil }
}

/// How bytes are going to be read.
package enum ByteUse: Sendable {
    /// One after the other.
    case forwards
    /// A few here and a few there.
    case scattered
    /// These come next.
    case soon(Range<Int64>)
    /// What memory has of these is not to be used: what is read next comes from the disk.
    case uncached(Range<Int64>)
}
