import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A small regular file, read completely at start, and who may read and write it.
struct FileContents {
    let bytes: [UInt8]
    private let mode: mode_t

    /// Whether others than the owner and the group may read it.
    var isReadableByOthers: Bool { mode & S_IROTH != 0 }
    var isReadableByGroup: Bool { mode & S_IRGRP != 0 }
    /// Whether others than the owner and the group may change it.
    var isWritableByOthers: Bool { mode & S_IWOTH != 0 }

    /// Why a file was not read; follows its path in messages.
    struct Failure: Error {
        let reason: String
        /// Whether the file does not exist.
        let isAbsent: Bool
        /// Whether this account may not read it.
        let isForbidden: Bool

        init(_ reason: String) {
            self.reason = reason
            isAbsent = false
            isForbidden = false
        }

        init(errno code: Int32) {
            reason = String(cString: strerror(code)).lowercased()
            isAbsent = code == ENOENT || code == ENOTDIR
            isForbidden = code == EACCES || code == EPERM
        }
    }

    /// - Parameter limit: the largest allowed size in bytes.
    init(path: String, limit: Int) throws(Failure) {
        // Non-blocking: opening a named pipe would otherwise wait for someone to write to it.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Failure(errno: errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Failure(errno: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw Failure("it is not a regular file") }
        bytes = try Self.contents(of: descriptor, limit: limit)
        mode = status.st_mode
    }

    private static func contents(of descriptor: Int32, limit: Int) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16384)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Failure(errno: errno) }
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= limit else { throw Failure("it has more than \(limit) bytes") }
        }
    }
}
