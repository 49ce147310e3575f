import Files
import ObjectStore

/// An archive in a vault whose end is on the disk.
final class TailSource: ByteSource {
    private let remote: ObjectSource
    private let tail: FileSource
    /// Where the end begins.
    private let start: Int64

    init(_ remote: ObjectSource, tail: FileSource, from start: Int64) {
        self.remote = remote
        self.tail = tail
        self.start = start
    }

    var name: String { remote.name }
    var byteCount: Int64 { remote.byteCount }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(ArchiveError) -> Int {
        guard offset < start else { return try tail.read(into: buffer, at: offset - start) }
        let count = Int(min(Int64(buffer.count), start - offset))
        let first = try remote.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]), at: offset)
        guard first == count, count < buffer.count else { return first }
        return first + (try tail.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]), at: 0))
    }

    func expect(_ use: ByteUse) {
        guard case .soon(let range) = use, range.lowerBound < start else { return }
        remote.expect(use)
    }
}
