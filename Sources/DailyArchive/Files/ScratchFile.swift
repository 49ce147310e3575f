import Files
import Glibc
import Recordings

/// Text that is collected in a file before it goes into an archive, because a tar needs a member's size first.
final class ScratchFile {
    private static let bufferSize = 256 << 10

    private let file: OpenFile
    private var buffer: [UInt8] = []
    private var written: Int64 = 0
    private var digester = Digester()

    init(_ path: String) throws(ArchiveError) {
        file = try OpenFile(path, O_WRONLY | O_CREAT | O_TRUNC)
    }

    func append(_ text: [UInt8]) throws(ArchiveError) {
        buffer.append(contentsOf: text)
        if buffer.count >= Self.bufferSize { try drain() }
    }

    /// Everything that was appended.
    func finish() throws(ArchiveError) -> ReceivedContent {
        try drain()
        return ReceivedContent(
            byteCount: written,
            digest: digester.digest,
            storage: .part(path: file.path, prefix: [])
        )
    }

    private func drain() throws(ArchiveError) {
        try file.write(buffer, at: written)
        buffer.withUnsafeBytes { digester.update($0) }
        written += Int64(buffer.count)
        buffer.removeAll(keepingCapacity: true)
    }
}
