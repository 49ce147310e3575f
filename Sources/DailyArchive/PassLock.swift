import Glibc

/// The right to be the one pass over a root, or the one that gathers legacy sessions for it. It ends with the value, and with the process however that ends, because the
/// kernel holds it (flock(2)) and not the file's existence.
package struct PassLock: ~Copyable, Sendable {
    private let file: OpenFile

    private init(file: consuming OpenFile) {
        self.file = file
    }

    /// Given back at once, and not only when the last copy of the descriptor is closed: a child that is between fork(2)
    /// and exec(2) has one.
    deinit { _ = flock(file.descriptor, LOCK_UN) }

    /// What there is to be done by one alone.
    package enum Work: Sendable {
        case pass, legacySessions

        fileprivate var words: String {
            switch self {
            case .pass: "is running a pass over"
            case .legacySessions: "is gathering legacy sessions for"
            }
        }
    }

    /// Takes the lock without waiting.
    /// - Throws: `.locked`, naming the process that holds it where that has said so.
    package static func acquire(_ root: ArchiveRoot, for work: Work = .pass) throws(ArchiveError) -> PassLock {
        let path = work == .pass ? root.lockPath : root.legacyLockPath
        let file = try OpenFile(path, O_RDWR | O_CREAT)
        while flock(file.descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            guard errno == EWOULDBLOCK else { throw .system("lock", path) }
            let holder = holder(file)
            let who = holder.map { "process \($0)" } ?? "another process"
            throw ArchiveError(
                .locked,
                "\(who) \(work.words) \(root.path); wait for it to end, or stop it",
                path: path
            )
        }
        try file.truncate(to: 0)
        try file.write(Array("\(getpid())\n".utf8), at: 0)
        return PassLock(file: file)
    }

    private static func holder(_ file: borrowing OpenFile) -> Int? {
        guard let bytes = try? FileSystem.bytes(of: file, in: 0..<16) else { return nil }
        return Int(String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
}
