import Glibc

/// The right to run the one pass over a root, the one backfill of it, or the one collection of legacy sessions for it.
/// It ends with this value, and with the process.
package struct PassLock: Sendable {
    private let lock: FileLock

    /// The kinds of work that only one process may do at a time.
    package enum Work: Sendable {
        case pass, backfill, legacySessions

        var words: String {
            switch self {
            case .pass: "is running a pass over"
            case .backfill: "is backfilling"
            case .legacySessions: "is gathering legacy sessions for"
            }
        }

        func path(in root: ArchiveRoot) -> String {
            switch self {
            case .pass: root.lockPath
            case .backfill: root.backfillLockPath
            case .legacySessions: root.legacyLockPath
            }
        }
    }

    /// Takes the lock without waiting.
    /// - Parameter stepsAside: whether it ends early for others that want the lock; they can see that.
    /// - Throws: `.locked`, with the number of the process that holds it, if that has written it.
    package static func acquire(
        _ root: ArchiveRoot,
        for work: Work = .pass,
        stepsAside: Bool = false
    ) throws(ArchiveError) -> PassLock {
        let path = work.path(in: root)
        var looks = 0
        while true {
            if let lock = try FileLock.taken(.exclusive, at: path) {
                // Earlier versions let the group open it.
                try? lock.file.setMode(0o600)
                try lock.file.truncate(to: 0)
                let mark = stepsAside ? asideMark : ""
                try lock.file.write(Array("\(getpid())\n\(mark)".utf8), at: 0)
                return PassLock(lock: lock)
            }
            // The holder may only be checking whether a pass is running (``holder(of:for:)``), which takes no time.
            looks += 1
            guard looks < maxLooks else { break }
            usleep(2_000)
        }
        let holder = try holder(OpenFile(path, O_RDONLY))
        let who = holder.map { "process \($0)" } ?? "another process"
        throw ArchiveError(.locked, "\(who) \(work.words) \(root.path); wait for it to end, or stop it", path: path)
    }

    private static let maxLooks = 5

    /// Releases the lock before this value ends. Releasing it again changes nothing.
    package func release() { lock.release() }

    /// The number of the process that holds the lock for this work now.
    /// - Returns: `nil` if none does, or if it has not written its number.
    /// - Throws: `ArchiveError` if the lock cannot be checked: with code `permission` for any account but the archive's
    ///   own.
    package static func holder(of root: ArchiveRoot, for work: Work = .pass) throws(ArchiveError) -> Int? {
        let path = work.path(in: root)
        guard try FileSystem.status(of: path) != nil else { return nil }
        if try FileLock.taken(.shared, of: OpenFile(path, O_RDONLY)) != nil { return nil }
        return holder(try OpenFile(path, O_RDONLY))
    }

    /// Whether the last holder wrote that it steps aside. Meaningful only while the lock is held.
    package static func isHeldAside(_ root: ArchiveRoot) -> Bool {
        guard let file = try? OpenFile(root.lockPath, O_RDONLY) else { return false }
        return lines(of: file).dropFirst().first.map { $0 + "\n" == asideMark } ?? false
    }

    private static let asideMark = "steps aside\n"

    private static func holder(_ file: borrowing OpenFile) -> Int? {
        lines(of: file).first.flatMap { Int($0) }
    }

    private static func lines(of file: borrowing OpenFile) -> [Substring] {
        guard let bytes = try? FileSystem.bytes(of: file, in: 0..<64) else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }
}
