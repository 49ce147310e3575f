import Files
import Glibc

/// Files and folders of a log: the functions of `Files`, with the errors of a log.
enum LogFiles {
    /// The largest tile, checkpoint or token: the longest bundle has 16 MiB.
    static let most = 17 << 20
    /// The largest file of a log that is read as a whole, such as an object: the record of a day may have hundreds of thousands
    /// of gaps.
    static let largest = 1 << 30

    /// All bytes of a file; `nil` if it is missing.
    /// - Throws: `damaged` if it has more than `most` bytes, and thus more than any such file of a log.
    static func read(_ path: String, most: Int = Self.most) throws(EvidenceError) -> [UInt8]? {
        try translated { () throws(ArchiveError) in try FileSystem.read(path, limit: most) }
    }

    /// Writes `bytes` to `path`, so that a crash leaves either the old content or all of the new. The name is durable
    /// only once its folder is flushed too.
    static func place(_ bytes: [UInt8], at path: String, mode: mode_t) throws(EvidenceError) {
        let replacement = FileReplacement(path, mode: mode, ignoresUmask: true, flushing: .bytes)
        try translated { () throws(ArchiveError) in try replacement.write(bytes) }
    }

    /// The same, with the name durable too.
    static func placeDurably(_ bytes: [UInt8], at path: String, mode: mode_t) throws(EvidenceError) {
        try translated { () throws(ArchiveError) in try FileReplacement.durable(path, mode: mode).write(bytes) }
    }

    /// A draft that a crash may leave next to a file; it has no meaning.
    static func isDraft(_ name: String) -> Bool { name.hasSuffix(FileReplacement.draftPath(of: "")) }

    /// Moves `source` to `destination`, replacing what is there.
    static func move(_ source: String, to destination: String) throws(EvidenceError) {
        try translated { () throws(ArchiveError) in try FileSystem.replace(destination, with: source) }
    }

    /// Removes a file; a missing one is fine.
    static func remove(_ path: String) throws(EvidenceError) {
        try translated { () throws(ArchiveError) in try FileSystem.remove(path) }
    }

    /// Removes a folder and everything in it; a missing one is fine.
    static func removeFolder(_ path: String) throws(EvidenceError) {
        for name in try names(in: path) {
            let inner = "\(path)/\(name)"
            if try status(of: inner)?.isFolder == true { try removeFolder(inner) } else { try remove(inner) }
        }
        if rmdir(path) != 0, errno != ENOENT { throw EvidenceError(.system("remove", path)) }
    }

    /// Creates `path` and its missing parent folders, with durable names.
    static func createFolder(_ path: String, mode: mode_t = 0o750) throws(EvidenceError) {
        try translated { () throws(ArchiveError) in try FileSystem.createFolder(path, mode: mode) }
    }

    static func isFolder(_ path: String) -> Bool { FileSystem.isFolder(path) }

    static func exists(_ path: String) throws(EvidenceError) -> Bool { try status(of: path) != nil }

    /// - Returns: `nil` if there is nothing at `path`.
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

    /// Waits for the lock on the file at `path`, which is created if it is missing.
    /// - Throws: `missing` if its folder is missing.
    static func lock(_ path: String) throws(EvidenceError) -> FileLock {
        try translated { () throws(ArchiveError) in
            while true {
                let lock = try FileLock.awaited(.exclusive, of: OpenFile(path, O_RDWR | O_CREAT))
                // The log may have been moved aside while this waited; then the lock is the old log's.
                if let named = try FileSystem.status(of: path), try lock.file.status().isSameFile(as: named) {
                    return lock
                }
            }
        }
    }

    /// Calls `body`, and turns its errors into those of a log.
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

    /// Opens `path` with `flags` of open(2); `mode` applies to a new file.
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

    /// `count` bytes from `offset` on, or fewer at the end of the file.
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

    /// Makes the bytes, and the metadata needed to find them, durable.
    func flush() throws(EvidenceError) {
        try LogFiles.translated { () throws(ArchiveError) in try file.synchronize() }
    }
}
