import CGlibc
import Glibc

/// Operations on folders and names, and on whole small files.
package enum FileSystem {
    /// Creates `path` and any missing folders above it. Those have mode 0750, whatever `mode` is.
    package static func createFolder(_ path: String, mode: mode_t = 0o750) throws(ArchiveError) {
        if mkdir(path, mode) == 0 { return try synchronizeFolder(folder(of: path)) }
        switch errno {
        case EEXIST:
            guard isFolder(path) else { throw .system("create the folder", path, errno: ENOTDIR) }
        case ENOENT where path.contains("/"):
            let parent = folder(of: path)
            guard parent != path else { throw .system("create the folder", path, errno: ENOENT) }
            try createFolder(parent)
            // Another process may have created it in the meantime.
            guard mkdir(path, mode) == 0 || errno == EEXIST else { throw .system("create the folder", path) }
            try synchronizeFolder(parent)
        default: throw .system("create the folder", path)
        }
    }

    /// Whether `path` leads to a folder, through symbolic links too.
    package static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && FileStatus(status).isFolder
    }

    /// The status of what `path` leads to if links are followed; `nil` if that is nothing, or cannot be seen.
    package static func statusOfTarget(_ path: String) -> FileStatus? {
        var status = stat()
        return stat(path, &status) == 0 ? FileStatus(status) : nil
    }

    /// Whether a path is a folder or is below it, whatever links lead there. What does not exist is below what exists above it.
    package static func isPath(_ path: String, in folder: String) -> Bool {
        guard let wanted = statusOfTarget(folder) else { return false }
        var place = path
        while statusOfTarget(place) == nil, place != self.folder(of: place) { place = self.folder(of: place) }
        guard let resolved = realpath(place, nil) else { return false }
        defer { free(resolved) }
        place = String(cString: resolved)
        while statusOfTarget(place)?.isSameFile(as: wanted) != true {
            guard place != "/" else { return false }
            place = self.folder(of: place)
        }
        return true
    }

    /// - Returns: `nil` if nothing exists at `path`.
    package static func status(of path: String) throws(ArchiveError) -> FileStatus? {
        var status = stat()
        if lstat(path, &status) == 0 { return FileStatus(status) }
        if errno == ENOENT || errno == ENOTDIR { return nil }
        throw .system("look at", path)
    }

    /// The size of the file at `path`, without following symbolic links; `nil` if there is none.
    package static func size(of path: String) throws(ArchiveError) -> Int64? {
        try status(of: path)?.byteCount
    }

    /// The size of the file to which `path` leads, through symbolic links; `nil` if it leads to none.
    package static func sizeOfTarget(_ path: String) throws(ArchiveError) -> Int64? {
        var status = stat()
        if stat(path, &status) == 0 { return FileStatus(status).byteCount }
        if errno == ENOENT || errno == ENOTDIR { return nil }
        throw .system("look at", path)
    }

    /// Removes `path`, if it exists.
    package static func remove(_ path: String) throws(ArchiveError) {
        if unlink(path) != 0, errno != ENOENT { throw .system("remove", path) }
    }

    /// Sets the permission bits.
    package static func setMode(of path: String, _ mode: mode_t) throws(ArchiveError) {
        _ = try interruptible("change the mode of", path) { chmod(path, mode) }
    }

    /// Moves `source` to `destination`, and replaces what is there.
    package static func replace(_ destination: String, with source: String) throws(ArchiveError) {
        _ = try interruptible("move into place", destination) { rename(source, destination) }
    }

    /// Moves `source` to `destination`, and never replaces anything.
    package static func move(_ source: String, to destination: String) throws(ArchiveError) {
        if renameat2(AT_FDCWD, source, AT_FDCWD, destination, callark_rename_noreplace) == 0 { return }
        // Some network file systems do not support this flag; there, a second name for the same file has the same
        // effect. A crash between the two calls leaves both names, which recovery recognizes by their inode.
        guard errno == EINVAL || errno == ENOSYS || errno == ENOTSUP else {
            throw .system("move into place", destination)
        }
        try addName(destination, to: source)
        try remove(source)
    }

    /// Gives the file at `path` a second name.
    package static func addName(_ name: String, to path: String) throws(ArchiveError) {
        _ = try interruptible("make", name) { link(path, name) }
    }

    /// Makes the names in `path` durable.
    package static func synchronizeFolder(_ path: String) throws(ArchiveError) {
        try OpenFile(path, O_RDONLY | O_DIRECTORY).synchronizeWithAttributes()
    }

    /// All bytes of a small file; `nil` if it is missing.
    /// - Throws: `.damaged` if it has more than `limit` bytes.
    package static func read(_ path: String, limit: Int) throws(ArchiveError) -> [UInt8]? {
        do throws(ArchiveError) {
            // Non-blocking: opening a named pipe would otherwise wait until another process writes to it.
            let file = try OpenFile(path, O_RDONLY | O_NONBLOCK)
            if let bytes = try bytes(of: file, limit: limit) { return bytes }
        } catch  where error.code == .missing {
            return nil
        }
        throw .damaged("\(path) has more than \(limit) bytes, more than it can need", path: path)
    }

    /// All bytes of a small file; `nil` if it has more than `limit` of them.
    package static func bytes(of file: borrowing OpenFile, limit: Int) throws(ArchiveError) -> [UInt8]? {
        var size = try file.size()
        var bytes: [UInt8] = []
        while size <= limit {
            let known = Int64(bytes.count)
            let piece = try self.bytes(of: file, in: known..<max(size, known + 65_536))
            if piece.isEmpty { return bytes }
            bytes += piece
            // Files that the kernel generates when they are read, such as those in /proc, have the size 0.
            size = max(size, Int64(bytes.count))
        }
        return nil
    }

    /// The bytes of `range`, or as many of them as exist.
    package static func bytes(of file: borrowing OpenFile, in range: Range<Int64>) throws(ArchiveError) -> [UInt8] {
        // Not for speed: initializing no elements writes to the one empty array that all threads share.
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

    /// The names in a folder, sorted, without `.` and `..`; none if the folder is missing.
    package static func names(in path: String) throws(ArchiveError) -> [String] {
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

    /// The path of the folder that `path` is in; `.` if it names none, and `/` for a name in the root.
    package static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
