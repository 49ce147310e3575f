import Foundation
import Glibc

/// A file that a command writes because it was told to (`-o`).
enum OutputFile {
    /// Puts `bytes` at `path`: all of them, or the file stays as it was. What is no regular file, such as a device, a pipe or
    /// a symbolic link, is written to and not replaced.
    /// - Throws: ``CommandError`` with exit code 74, the path and the system's reason in it.
    static func write(_ bytes: Data, to path: String, mode: mode_t = 0o644) throws {
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            return try write(bytes, to: path, flags: O_WRONLY | O_CREAT | O_TRUNC, mode: mode)
        }
        let draft = "\(path).callark-\(getpid())"
        do {
            unlink(draft)
            try write(bytes, to: draft, called: path, flags: O_WRONLY | O_CREAT | O_EXCL, mode: mode, durably: true)
            guard rename(draft, path) == 0 else { throw failure(path) }
        } catch {
            unlink(draft)
            throw error
        }
    }

    private static func write(
        _ bytes: Data,
        to path: String,
        called name: String? = nil,
        flags: Int32,
        mode: mode_t,
        durably: Bool = false
    ) throws {
        let name = name ?? path
        let descriptor = open(path, flags | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw failure(name) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                defer { close(descriptor) }
                throw failure(name)
            }
            rest = rest.dropFirst(count)
        }
        guard !durably || fsync(descriptor) == 0 else {
            defer { close(descriptor) }
            throw failure(name)
        }
        guard close(descriptor) == 0 else { throw failure(name) }
    }

    private static func failure(_ path: String) -> CommandError {
        CommandError(.inputOutput, "cannot write \(path): \(String(cString: strerror(errno)).lowercased())")
    }
}
