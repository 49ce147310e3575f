import CArchive
import Files
import Glibc

/// Writes members with libarchive to an ``AlignedFileWriter``. A tar is a concatenation of members, so several
/// writers can write one, one after the other. Only ``finish()`` writes its end.
struct TarWriter: ~Copyable {
    private let archive: OpaquePointer
    private let entry: OpaquePointer
    private let sink: Sink

    // The values of AE_IFREG and AE_IFDIR, whose casts Swift does not import.
    private static let fileType: UInt32 = 0o100000
    private static let folderType: UInt32 = 0o040000

    init(writingTo file: AlignedFileWriter) throws(ArchiveError) {
        guard let archive = archive_write_new(), let entry = archive_entry_new() else {
            throw .system("make an archive writer for", file.path, errno: ENOMEM)
        }
        let sink = Sink(file)
        // Turns off libarchive's own blocking: its default of 10 KiB costs more than everything else together.
        var code = archive_write_set_format_pax_restricted(archive)
        if code == ARCHIVE_OK { code = archive_write_set_bytes_per_block(archive, 0) }
        if code == ARCHIVE_OK {
            let context = Unmanaged.passUnretained(sink).toOpaque()
            code = archive_write_open(archive, context, nil, { Self.callback($0, $1, $2, $3) }, nil)
        }
        guard code == ARCHIVE_OK else {
            let error = Self.failure(of: archive, sink, "open an archive in")
            Self.free(archive, entry)
            throw error
        }
        self.archive = archive
        self.entry = entry
        self.sink = sink
    }

    deinit { Self.free(archive, entry) }

    /// Writes a member's header.
    /// - Returns: where the member's first byte will be.
    func begin(_ header: TarMemberHeader) throws(ArchiveError) -> Int64 {
        archive_entry_clear(entry)
        archive_entry_set_pathname(entry, header.path)
        archive_entry_set_filetype(entry, header.isFolder ? Self.folderType : Self.fileType)
        archive_entry_set_perm(entry, header.isFolder ? 0o750 : 0o440)
        archive_entry_set_size(entry, header.byteCount)
        archive_entry_set_mtime(entry, time_t(header.secondsSince1970), 0)
        archive_entry_set_uid(entry, 0)
        archive_entry_set_gid(entry, 0)
        try check(archive_write_header(archive, entry), "write the header of \(header.path) to")
        return sink.file.position
    }

    /// Writes the next bytes of the member.
    func write(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
        guard !bytes.isEmpty else { return }
        let count = archive_write_data(archive, bytes.baseAddress, bytes.count)
        guard count == bytes.count else { throw Self.failure(of: archive, sink, "write to") }
    }

    /// Pads the member to the end of its block.
    func endMember() throws(ArchiveError) {
        try check(archive_write_finish_entry(archive), "end a member in")
    }

    /// Writes the end of the tar; nothing may follow.
    consuming func finish() throws(ArchiveError) {
        try check(archive_write_close(archive), "end")
    }

    private func check(_ code: Int32, _ verb: String) throws(ArchiveError) {
        // A warning means that a header does not say what it should, which is as bad as a failed write.
        guard code == ARCHIVE_OK else { throw Self.failure(of: archive, sink, verb) }
    }

    private static func failure(of archive: OpaquePointer, _ sink: Sink, _ verb: String) -> ArchiveError {
        if let failure = sink.failure { return failure }
        let reason = archive_error_string(archive).map { String(cString: $0) } ?? "unknown reason"
        let path = sink.file.path
        return ArchiveError(.inputOutput, "cannot \(verb) \(path): \(reason.lowercased())", path: path)
    }

    private static func free(_ archive: OpaquePointer, _ entry: OpaquePointer) {
        // Marking the archive as failed keeps libarchive from writing a tar's end while it is freed.
        archive_write_fail(archive)
        archive_write_free(archive)
        archive_entry_free(entry)
    }

    private static func callback(
        _ archive: OpaquePointer?,
        _ context: UnsafeMutableRawPointer?,
        _ bytes: UnsafeRawPointer?,
        _ count: Int
    ) -> Int {
        guard let context else { return -1 }
        let sink = Unmanaged<Sink>.fromOpaque(context).takeUnretainedValue()
        return sink.take(UnsafeRawBufferPointer(start: bytes, count: count)) ? count : -1
    }

    /// The context of libarchive's callback.
    private final class Sink {
        let file: AlignedFileWriter
        var failure: ArchiveError?

        init(_ file: AlignedFileWriter) {
            self.file = file
        }

        func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
            do throws(ArchiveError) {
                try file.append(bytes)
                return true
            } catch {
                failure = error
                return false
            }
        }
    }
}
