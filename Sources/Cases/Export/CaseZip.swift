import CArchive
import Files
import Foundation
import Glibc
import Recordings

/// A folder as one zip file, stored and not compressed: recordings gain little, and every reader takes it. The same folder gives the
/// same bytes.
package enum CaseZip {
    /// Packs the folder of a case, as the one folder at the top of the zip file (RFC 8493 section 4). The file appears when it is
    /// whole, and never replaces another one.
    /// - Parameter time: what every member has as its time.
    /// - Throws: ``CaseError``; `ArchiveError` if a file cannot be read.
    package static func pack(_ folder: String, into path: String, time: Timestamp) async throws {
        try await BlockingWork.run { _ in try withNamesInUTF8 { try write(folder, into: path, time) } }
    }

    /// Requires that no file is there.
    /// - Throws: ``CaseError`` with code `occupied`.
    package static func requireFree(_ path: String) throws {
        guard try FileSystem.status(of: path) == nil else {
            throw CaseError(.occupied, "\(path) exists; move it away, or name another folder with -o")
        }
    }

    /// Calls `body` with names in UTF-8 on this thread. Otherwise libarchive does not say in the file how names are written, and
    /// readers show other letters.
    private static func withNamesInUTF8(_ body: () throws -> Void) rethrows {
        // Part of glibc itself. Without it, only names in ASCII are right.
        guard let utf8 = newlocale(1 << LC_CTYPE, "C.UTF-8", nil) else { return try body() }
        let former = uselocale(utf8)
        defer {
            _ = uselocale(former)
            freelocale(utf8)
        }
        try body()
    }

    private static func write(_ folder: String, into path: String, _ time: Timestamp) throws {
        let draft = ProcessDraft.path(of: path)
        let top = folder.split(separator: "/").last ?? "case"
        guard let archive = archive_write_new() else { throw CaseError(.inputOutput, "no memory for \(path)") }
        defer { archive_write_free(archive) }
        func check(_ code: Int32) throws {
            guard code < ARCHIVE_OK else { return }
            let reason = archive_error_string(archive).map { String(cString: $0) } ?? "unknown error"
            throw CaseError(.inputOutput, "cannot write \(path): \(reason)")
        }
        do {
            try check(archive_write_set_format_zip(archive))
            try check(archive_write_zip_set_compression_store(archive))
            try check(archive_write_open_filename(archive, draft))
            for name in try FileManager.default.subpathsOfDirectory(atPath: folder).sorted() {
                let file = "\(folder)/\(name)"
                guard try FileSystem.status(of: file)?.isFolder == false else { continue }
                try add(file, as: "\(top)/\(name)", time, to: archive, check)
            }
            try check(archive_write_close(archive))
            try OpenFile(draft, O_RDONLY).synchronize()
            try FileSystem.move(draft, to: path)
        } catch {
            try? FileSystem.remove(draft)
            throw error
        }
    }

    private static func add(
        _ path: String,
        as name: String,
        _ time: Timestamp,
        to archive: OpaquePointer,
        _ check: (Int32) throws -> Void
    ) throws {
        let file = try OpenFile(path, O_RDONLY)
        let size = try file.size()
        guard let entry = archive_entry_new() else { throw CaseError(.inputOutput, "no memory for \(path)") }
        defer { archive_entry_free(entry) }
        archive_entry_set_pathname(entry, name)
        archive_entry_set_filetype(entry, S_IFREG)
        archive_entry_set_perm(entry, 0o644)
        archive_entry_set_size(entry, size)
        archive_entry_set_mtime(entry, time_t(time.millisecondsSince1970 / 1000), 0)
        try check(archive_write_header(archive, entry))
        var offset: Int64 = 0
        while offset < size {
            let bytes = try FileSystem.bytes(of: file, in: offset..<min(size, offset + 1 << 20))
            guard !bytes.isEmpty else { throw CaseError(.inputOutput, "\(path) became shorter while it was packed") }
            guard archive_write_data(archive, bytes, bytes.count) == bytes.count else {
                return try check(ARCHIVE_FATAL)
            }
            offset += Int64(bytes.count)
        }
    }
}
