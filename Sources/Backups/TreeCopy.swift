import Files
import Glibc

/// Copies of files and folders, with their permission bits, on the disk when they are complete.
enum TreeCopy {
    private static let pieceBytes: Int64 = 1 << 20

    /// The paths of all files below `folder`, sorted, relative to it.
    /// - Throws: `.damaged` if there is anything else, such as a symbolic link, which could lead anywhere.
    static func files(in folder: String, below prefix: String = "") throws(ArchiveError) -> [String] {
        var found: [String] = []
        for name in try FileSystem.names(in: folder) {
            let path = "\(folder)/\(name)"
            guard let status = try FileSystem.status(of: path) else { continue }
            if status.isFolder {
                found += try files(in: path, below: "\(prefix)\(name)/")
            } else if status.isRegular {
                found.append(prefix + name)
            } else {
                throw ArchiveError(.damaged, "\(path) is neither a file nor a folder; remove it", path: path)
            }
        }
        return found
    }

    /// Copies a file to a path at which nothing exists.
    /// - Returns: whether `source` exists.
    @discardableResult
    static func file(_ source: String, to destination: String) throws(ArchiveError) -> Bool {
        guard let status = try FileSystem.status(of: source) else { return false }
        guard status.isRegular else {
            throw ArchiveError(.damaged, "\(source) is not a regular file", path: source)
        }
        let input = try OpenFile(source, O_RDONLY | O_NOFOLLOW)
        let output = try OpenFile(destination, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
        var position: Int64 = 0
        while true {
            let piece = try FileSystem.bytes(of: input, in: position..<(position + pieceBytes))
            if piece.isEmpty { break }
            try output.write(piece, at: position)
            position += Int64(piece.count)
        }
        try output.setMode(status.mode & 0o777)
        try output.synchronizeWithAttributes()
        return true
    }

    /// Copies what is below `source`, except what `destination` has already.
    /// - Parameter isLeftOut: gets the name of each file and folder.
    static func folder(
        _ source: String,
        to destination: String,
        leavingOut isLeftOut: (String) -> Bool = { _ in false }
    ) throws(ArchiveError) {
        guard let status = try FileSystem.status(of: source) else { return }
        try FileSystem.createFolder(destination, mode: status.mode & 0o777)
        for name in try FileSystem.names(in: source) where !isLeftOut(name) {
            let (from, to) = ("\(source)/\(name)", "\(destination)/\(name)")
            if try FileSystem.status(of: from)?.isFolder == true {
                try folder(from, to: to, leavingOut: isLeftOut)
            } else if try FileSystem.status(of: to) == nil {
                try file(from, to: to)
            }
        }
        try FileSystem.synchronizeFolder(destination)
    }
}
