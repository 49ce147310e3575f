import CGlibc
import Glibc

/// Folders and names: what is done to files without opening them for their bytes.
enum FileSystem {
    /// Makes `path` and the folders above it that are missing.
    static func createFolder(_ path: String, mode: mode_t = 0o750) throws(ArchiveError) {
        if mkdir(path, mode) == 0 { return try synchronizeFolder(folder(of: path)) }
        switch errno {
        case EEXIST:
            guard isFolder(path) else { throw .system("create the folder", path, errno: ENOTDIR) }
        case ENOENT where path.contains("/"):
            let parent = folder(of: path)
            guard parent != path else { throw .system("create the folder", path, errno: ENOENT) }
            try createFolder(parent, mode: mode)
            _ = try interruptible("create the folder", path) { mkdir(path, mode) }
            try synchronizeFolder(parent)
        default: throw .system("create the folder", path)
        }
    }

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && FileStatus(status).isFolder
    }

    /// - Returns: `nil` where nothing stands at `path`.
    static func status(of path: String) throws(ArchiveError) -> FileStatus? {
        var status = stat()
        if lstat(path, &status) == 0 { return FileStatus(status) }
        if errno == ENOENT || errno == ENOTDIR { return nil }
        throw .system("look at", path)
    }

    /// The size of what stands at `path`; `nil` where nothing does.
    static func size(of path: String) throws(ArchiveError) -> Int64? {
        try status(of: path)?.byteCount
    }

    /// The size of what `path` leads to, over symbolic links; `nil` if it leads to nothing.
    static func sizeOfTarget(_ path: String) throws(ArchiveError) -> Int64? {
        var status = stat()
        if stat(path, &status) == 0 { return FileStatus(status).byteCount }
        if errno == ENOENT || errno == ENOTDIR { return nil }
        throw .system("look at", path)
    }

    /// Takes `path` away; nothing there is fine.
    static func remove(_ path: String) throws(ArchiveError) {
        if unlink(path) != 0, errno != ENOENT { throw .system("remove", path) }
    }

    static func setMode(of path: String, _ mode: mode_t) throws(ArchiveError) {
        _ = try interruptible("change the mode of", path) { chmod(path, mode) }
    }

    /// Moves `source` to `destination`, over what is there.
    static func replace(_ destination: String, with source: String) throws(ArchiveError) {
        _ = try interruptible("move into place", destination) { rename(source, destination) }
    }

    /// Moves `source` to `destination`, never over anything.
    static func move(_ source: String, to destination: String) throws(ArchiveError) {
        if renameat2(AT_FDCWD, source, AT_FDCWD, destination, callark_rename_noreplace) == 0 { return }
        // Some network file systems know no such flag; a second name for the same file does the same there. A crash
        // between the two calls leaves both names, which recovery recognises by their inode.
        guard errno == EINVAL || errno == ENOSYS || errno == ENOTSUP else {
            throw .system("move into place", destination)
        }
        try addName(destination, to: source)
        try remove(source)
    }

    /// Gives the file at `path` a second name.
    static func addName(_ name: String, to path: String) throws(ArchiveError) {
        _ = try interruptible("make", name) { link(path, name) }
    }

    /// Makes the names in `path` durable.
    static func synchronizeFolder(_ path: String) throws(ArchiveError) {
        try OpenFile(path, O_RDONLY | O_DIRECTORY).synchronizeWithAttributes()
    }

    /// Puts `text` at `path` so that a crash leaves either what was there before or all of it.
    static func write(_ text: [UInt8], durablyTo path: String, mode: mode_t = 0o640) throws(ArchiveError) {
        let draft = draftPath(of: path)
        try remove(draft)
        let file = try OpenFile(draft, O_WRONLY | O_CREAT | O_EXCL, mode: mode)
        try file.write(text, at: 0)
        try file.setMode(mode)
        try file.synchronizeWithAttributes()
        try replace(path, with: draft)
        try synchronizeFolder(folder(of: path))
    }

    /// What a crash in ``write(_:durablyTo:mode:)`` may leave.
    static func draftPath(of path: String) -> String { path + ".tmp" }

    /// All bytes of a small file; `nil` where it is missing.
    /// - Throws: `.damaged` where it has more than `limit` bytes.
    static func read(_ path: String, limit: Int) throws(ArchiveError) -> [UInt8]? {
        guard let size = try size(of: path) else { return nil }
        guard size <= limit else { throw .damaged("\(path) has \(size) bytes, more than it can need", path: path) }
        let file = try OpenFile(path, O_RDONLY)
        return try bytes(of: file, in: 0..<size)
    }

    /// The text of a file that the kernel makes up as it is read, so that it has no size before.
    static func text(ofKernelFile path: String) throws(ArchiveError) -> String {
        let file = try OpenFile(path, O_RDONLY)
        var bytes: [UInt8] = []
        while true {
            let begin = Int64(bytes.count)
            let piece = try self.bytes(of: file, in: begin..<(begin + 65_536))
            if piece.isEmpty { return String(decoding: bytes, as: UTF8.self) }
            bytes += piece
        }
    }

    /// The bytes of `range`, or as many of them as there are.
    static func bytes(of file: borrowing OpenFile, in range: Range<Int64>) throws(ArchiveError) -> [UInt8] {
        // Not for speed: initialising no elements writes to the one empty array that all threads share.
        guard !range.isEmpty else { return [] }
        var failure: ArchiveError?
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(range.count)) { buffer, count in
            do throws(ArchiveError) {
                count = try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: range.lowerBound)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// The names in a folder, sorted, without `.` and `..`; none where the folder is missing.
    static func names(in path: String) throws(ArchiveError) -> [String] {
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
