import CGlibc
import Files
import Glibc
import Recordings
import Synchronization

/// One end of a connection between a command and the service: a socket in the root, on which each end sends frames.
///
/// Every call that reads, writes or connects blocks.
final class HandoverSocket: Sendable {
    /// What a frame has.
    enum Kind: UInt8 {
        /// From the command: the order, as JSON; and the request to stop.
        case order = 0x52
        case stop = 0x53
        /// From the service: that it begins; bytes for standard output; a line for standard error; the progress line; and the
        /// end, as JSON.
        case begun = 0x42
        case output = 0x4f
        case error = 0x45
        case progress = 0x50
        case end = 0x58
    }

    struct Frame: Sendable {
        var kind: Kind
        var bytes: [UInt8] = []
    }

    /// The size of a frame at most: an order can have many task IDs.
    static let mostBytes = 16 << 20

    private let descriptor: Int32

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// The account at the other end, as the kernel knows it.
    var peer: UInt32? {
        var credentials = callark_peer()
        var size = socklen_t(MemoryLayout<callark_peer>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0 else { return nil }
        return credentials.uid
    }

    /// Ends the connection. A reader that waits for a frame gets none.
    func end() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Limits how long ``read()`` waits; zero is for ever.
    func limitReading(seconds: Int) { limit(SO_RCVTIMEO, seconds) }

    /// Limits how long ``write(_:)`` waits for the other end to take something; zero is for ever.
    func limitWriting(seconds: Int) { limit(SO_SNDTIMEO, seconds) }

    private func limit(_ option: Int32, _ seconds: Int) {
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Reads the next frame.
    /// - Returns: `nil` if the connection has ended, or what comes is no frame.
    func read() -> Frame? {
        guard let head = bytes(5), let kind = Kind(rawValue: head[0]) else { return nil }
        let size = head[1...].reduce(0) { $0 << 8 | Int($1) }
        guard size <= Self.mostBytes, let content = bytes(size) else { return nil }
        return Frame(kind: kind, bytes: content)
    }

    private func bytes(_ count: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(count, 64 << 10))
        while bytes.count < count {
            var piece = [UInt8](repeating: 0, count: min(count - bytes.count, 64 << 10))
            let read = recv(descriptor, &piece, piece.count, 0)
            if read < 0, errno == EINTR { continue }
            guard read > 0 else { return nil }
            bytes += piece[..<read]
        }
        return bytes
    }

    /// Sends a frame.
    /// - Returns: whether the connection took it; not if the other end took nothing for too long.
    func write(_ frame: Frame) -> Bool {
        let size = frame.bytes.count
        let head = [frame.kind.rawValue] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: size >> $0) }
        var rest = (head + frame.bytes)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    // MARK: - The socket in the root

    /// Connects to the service of a root.
    /// - Returns: `nil` if none runs, or if this account may not use it: the command then does its work itself, and finds out
    ///   what it may do.
    static func connected(to root: ArchiveRoot) throws(ArchiveError) -> HandoverSocket? {
        let descriptor = try opened(root)
        let socket = HandoverSocket(descriptor: descriptor)
        let result = try withAddress(of: root) { connect(descriptor, $0, $1) }
        guard result != 0 else { return socket }
        switch errno {
        case ENOENT, ECONNREFUSED, EACCES, EPERM, ENOTDIR, EPROTOTYPE: return nil
        default: throw .system("connect to", root.handoverPath)
        }
    }

    /// Listens in a root, in place of a socket that a dead process left.
    /// - Returns: the descriptor to accept connections on.
    static func listening(in root: ArchiveRoot) throws(ArchiveError) -> Int32 {
        let descriptor = try opened(root)
        do throws(ArchiveError) {
            try FileSystem.remove(root.handoverPath)
            guard try withAddress(of: root, { bind(descriptor, $0, $1) }) == 0 else {
                throw .system("listen at", root.handoverPath)
            }
            // An account that may write to the root may archive, so it may have the service do it.
            let mode: mode_t = try isOpenToGroup(root) ? 0o660 : 0o600
            guard chmod(root.handoverPath, mode) == 0, listen(descriptor, 16) == 0 else {
                throw .system("listen at", root.handoverPath)
            }
            return descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Whether accounts of the root's group may write to it.
    static func isOpenToGroup(_ root: ArchiveRoot) throws(ArchiveError) -> Bool {
        try FileSystem.status(of: root.path).map { $0.mode & 0o020 != 0 } ?? false
    }

    private static func opened(_ root: ArchiveRoot) throws(ArchiveError) -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .system("connect to", root.handoverPath) }
        return descriptor
    }

    /// Calls `body` with the address of the root's socket. The path of a socket has at most 107 bytes and that of a root may
    /// have more, so the address names the root by an open descriptor.
    private static func withAddress(
        of root: ArchiveRoot,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws(ArchiveError) -> Int32 {
        let folder = open(root.path, callark_open_path | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw .system("open", root.path) }
        defer { close(folder) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array("/proc/self/fd/\(folder)/\(ArchiveRoot.handoverName)".utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + path.count + 1)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }
}
