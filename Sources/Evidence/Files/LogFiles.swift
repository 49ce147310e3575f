import Files
import Glibc

/// Files and folders of a log: what `Files` offers, with the errors of a log.
enum LogFiles {
    /// The most that is read of a file which is read whole: the longest bundle has 16 MiB.
    private static let most = 17 << 20

    /// All bytes of a file; `nil` if it is missing.
    /// - Throws: `damaged` if it is larger than any file of a log that is read whole.
    static func read(_ path: String) throws(EvidenceError) -> [UInt8]? {
        try translated { () throws(ArchiveError) in try FileSystem.read(path, limit: most) }
    }

    /// Puts `bytes` at `path`, so that a crash leaves either what was there before or all of it. The name is durable only
    /// once its folder is flushed too.
    static func place(_ bytes: [UInt8], at path: String, mode: mode_t) throws(EvidenceError) {
        let replacement = FileReplacement(path, mode: mode, ignoresUmask: true, flushing: .bytes)
        try translated { () throws(ArchiveError) in try replacement.write(bytes) }
    }

    /// The same, and the name durable.
    static func placeDurably(_ bytes: [UInt8], at path: String, mode: mode_t) throws(EvidenceError) {
        try translated { () throws(ArchiveError) in try FileReplacement.durable(path, mode: mode).write(bytes) }
    }

    /// What a crash may leave beside a file; it means nothing.
    static func isDraft(_ name: String) -> Bool { name.hasSuffix(FileReplacement.draftPath(of: "")) }

    /// Moves `source` to `destination`, over what is there.
    static func move(_ source: String, to destination: String) throws(EvidenceError) {
        try translated { () throws(ArchiveError) in try FileSystem.replace(destination, with: source) }
    }

    /// Takes a file away; a missing one is fine.
    static func remove(_ path: String) throws(EvidenceError) {
        try translated { () throws(ArchiveError) in try FileSystem.remove(path) }
    }

    /// Takes a folder and everything in it away; a missing one is fine.
    static func removeFolder(_ path: String) throws(EvidenceError) {
        for name in try names(in: path) {
            let inner = "\(path)/\(name)"
            if try status(of: inner)?.isFolder == true { try removeFolder(inner) } else { try remove(inner) }
        }
        if rmdir(path) != 0, errno != ENOENT { throw EvidenceError(.system("remove", path)) }
    }

    /// Makes `path` and the folders above it that are missing, their names durable.
    static func createFolder(_ path: String, mode: mode_t = 0o750) throws(EvidenceError) {
        try translated { () throws(ArchiveError) in try FileSystem.createFolder(path, mode: mode) }
    }

    static func isFolder(_ path: String) -> Bool { FileSystem.isFolder(path) }

    static func exists(_ path: String) throws(EvidenceError) -> Bool { try status(of: path) != nil }

    /// - Returns: `nil` if nothing is at `path`.
    static func status(of path: String) throws(EvidenceError) -> FileStatus? {
        try translated { () throws(ArchiveError) in try FileSystem.status(of: path) }
    }

    /// Makes the names in a folder durable.
    static func flushFolder(_ path: String) throws(EvidenceError) {
        try translated { () throws(ArchiveError) in try FileSystem.synchronizeFolder(path) }
    }

    /// The names in a folder, sorted; none if the folder is missing.
    static func names(in path: String) throws(EvidenceError) -> [String] {
        try translated { () throws(ArchiveError) in try FileSystem.names(in: path) }
    }

    static func folder(of path: String) -> String { FileSystem.folder(of: path) }

    /// Waits for the lock on the file at `path`, which is made if it is missing.
    /// - Throws: `missing` if its folder is missing.
    static func lock(_ path: String) throws(EvidenceError) -> FileLock {
        try translated { () throws(ArchiveError) in
            while true {
                let lock = try FileLock.awaited(.exclusive, of: OpenFile(path, O_RDWR | O_CREAT))
                // The log may have been moved aside while this waited: then the lock is that of the old one.
                if let named = try FileSystem.status(of: path), try lock.file.status().isSameFile(as: named) {
                    return lock
                }
            }
        }
    }

    /// Calls `body`, and has its errors be those of a log.
    static func translated<Result>(
        _ body: () throws(ArchiveError) -> Result
    ) throws(EvidenceError) -> Result {
        do throws(ArchiveError) {
            return try body()
        } catch {
            throw EvidenceError(error)
        }
    }
}

/// An open file of a log. Every call blocks: never use one on the cooperative pool.
struct LogFile: ~Copyable {
    private let file: OpenFile

    /// Opens `path` with `flags` of open(2); `mode` is that of a new file.
    init(_ path: String, _ flags: Int32, mode: mode_t = 0o640) throws(EvidenceError) {
        do throws(ArchiveError) {
            file = try OpenFile(path, flags, mode: mode)
        } catch {
            throw EvidenceError(error)
        }
    }

    /// In bytes.
    var byteCount: Int64 {
        get throws(EvidenceError) { try LogFiles.translated { () throws(ArchiveError) in try file.size() } }
    }

    /// `count` bytes from `offset` on, or as many as there are.
    func bytes(from offset: Int64, count: Int) throws(EvidenceError) -> [UInt8] {
        try LogFiles.translated { () throws(ArchiveError) in
            try FileSystem.bytes(of: file, in: offset..<(offset + Int64(count)))
        }
    }

    /// Writes all of `bytes` at `offset`.
    func write(_ bytes: [UInt8], at offset: Int64) throws(EvidenceError) {
        try LogFiles.translated { () throws(ArchiveError) in try file.write(bytes, at: offset) }
    }

    func truncate(to size: Int64) throws(EvidenceError) {
        try LogFiles.translated { () throws(ArchiveError) in try file.truncate(to: size) }
    }

    /// Makes the bytes, and what is needed to find them, durable.
    func flush() throws(EvidenceError) {
        try LogFiles.translated { () throws(ArchiveError) in try file.synchronize() }
    }
}
