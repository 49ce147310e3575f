import Glibc

/// Files and folders of a log: what is done to them as a whole.
enum LogFiles {
    /// The most that is read of a file which is read whole: the longest bundle has 16 MiB.
    private static let most = 17 << 20

    /// All bytes of a file; `nil` if it is missing.
    /// - Throws: `damaged` if it is larger than any file of a log that is read whole.
    static func read(_ path: String) throws(EvidenceError) -> [UInt8]? {
        do throws(EvidenceError) {
            let file = try LogFile(path, O_RDONLY)
            let size = try file.status().byteCount
            guard size <= Int64(most) else { throw EvidenceError.damaged("\(size) bytes are too many", path) }
            return try file.bytes(from: 0, count: Int(size))
        } catch {
            if error.code == .missing { return nil }
            throw error
        }
    }

    /// Puts `bytes` at `path`, so that a crash leaves either what was there before or all of it. The name is durable only
    /// once its folder is flushed too.
    static func place(_ bytes: [UInt8], at path: String, mode: mode_t) throws(EvidenceError) {
        let draft = path + draftEnding
        try remove(draft)
        let file = try LogFile(draft, O_WRONLY | O_CREAT | O_EXCL, mode: mode)
        try file.write(bytes, at: 0)
        _ = try repeating("change the mode of", draft) { fchmod(file.descriptor, mode) }
        try file.flushWithAttributes()
        try move(draft, to: path)
    }

    /// The same, and the name durable.
    static func placeDurably(_ bytes: [UInt8], at path: String, mode: mode_t) throws(EvidenceError) {
        try place(bytes, at: path, mode: mode)
        try flushFolder(folder(of: path))
    }

    /// What a crash may leave beside a file; it means nothing.
    static let draftEnding = ".tmp"

    /// Moves `source` to `destination`, over what is there.
    static func move(_ source: String, to destination: String) throws(EvidenceError) {
        _ = try repeating("move into place", destination) { rename(source, destination) }
    }

    /// Takes a file away; a missing one is fine.
    static func remove(_ path: String) throws(EvidenceError) {
        if unlink(path) != 0, errno != ENOENT, errno != ENOTDIR { throw .system("remove", path) }
    }

    /// Takes a folder and everything in it away; a missing one is fine.
    static func removeFolder(_ path: String) throws(EvidenceError) {
        for name in try names(in: path) {
            let inner = "\(path)/\(name)"
            if isFolder(inner) { try removeFolder(inner) } else { try remove(inner) }
        }
        if rmdir(path) != 0, errno != ENOENT { throw .system("remove", path) }
    }

    /// Makes `path` and the folders above it that are missing, their names durable.
    static func createFolder(_ path: String, mode: mode_t = 0o750) throws(EvidenceError) {
        if mkdir(path, mode) == 0 { return try flushFolder(folder(of: path)) }
        switch errno {
        case EEXIST where isFolder(path): return
        case EEXIST: throw .system("create the folder", path, errno: ENOTDIR)
        case ENOENT where folder(of: path) != path:
            try createFolder(folder(of: path), mode: mode)
            try createFolder(path, mode: mode)
        default: throw .system("create the folder", path)
        }
    }

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Which file `path` names, and when its bytes were last changed; `nil` if there is none.
    static func status(of path: String) throws(EvidenceError) -> (id: FileID, changed: timespec)? {
        var status = stat()
        if stat(path, &status) == 0 { return (FileID(status), status.st_mtim) }
        if errno == ENOENT || errno == ENOTDIR { return nil }
        throw .system("look at", path)
    }

    /// Makes the names in a folder durable.
    static func flushFolder(_ path: String) throws(EvidenceError) {
        try LogFile(path, O_RDONLY | O_DIRECTORY).flushWithAttributes()
    }

    /// The names in a folder, sorted, without `.` and `..`; none if the folder is missing.
    static func names(in path: String) throws(EvidenceError) -> [String] {
        guard let folder = opendir(path) else {
            if errno == ENOENT { return [] }
            throw .system("list", path)
        }
        defer { closedir(folder) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
                field.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        if errno != 0 { throw .system("list", path) }
        return names.sorted()
    }

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
