import Files
import GRDB
import Glibc
import Manifest

/// A copy of an SQLite database that may be in use.
enum DatabaseCopy {
    /// SQLite's shared lock (`SHARED_FIRST`, `SHARED_SIZE` in its sources): every process that has a database in WAL mode open
    /// holds it.
    private static let sharedLock = (start: off_t(0x4000_0002), count: off_t(510))

    /// Copies the database as of one moment, by SQLite's online backup, and checks the copy. Readers and writers go on. Nothing is
    /// written next to it, so it may be on a file system that is mounted read-only.
    /// - Parameter advice: what to do if the database is damaged.
    /// - Returns: whether `source` exists.
    static func write(_ source: String, to destination: String, ifDamaged advice: String) throws -> Bool {
        guard let status = try FileSystem.status(of: source) else { return false }
        do {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(10)
            let from = try ReadOnlyDatabase.open(source, configuration)
            let to = try DatabaseQueue(path: destination)
            try from.backup(to: to)
            let verdict = try to.writeWithoutTransaction { db in
                // One file, with no log next to it.
                try db.execute(sql: "PRAGMA journal_mode = DELETE")
                return try String.fetchAll(db, sql: "PRAGMA quick_check(1)")
            }
            try from.close()
            try to.close()
            guard verdict == ["ok"] else {
                throw BackupError(.damaged, "\(source) is damaged (\(verdict.joined(separator: "; "))); \(advice)")
            }
        } catch let error as DatabaseError {
            let isDamaged = [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode)
            let reason = error.message ?? "\(error)"
            let isOutOfReach = [.SQLITE_CANTOPEN, .SQLITE_READONLY].contains(error.resultCode)
            let next = isDamaged ? "; \(advice)" : isOutOfReach ? Self.advice(on: source) : ""
            throw BackupError(isDamaged ? .damaged : .inputOutput, "cannot copy \(source): \(reason)\(next)")
        }
        let copy = try OpenFile(destination, O_RDONLY)
        try copy.setMode(status.mode & 0o777)
        try copy.synchronizeWithAttributes()
        return true
    }

    /// What to do about a database that cannot be opened for reading.
    private static func advice(on source: String) -> String {
        guard ReadOnlyDatabase.hasLog(source) else {
            return "; check the owner and the mode of the file and of its folder"
        }
        return
            "; \(source)-wal has changes that this account cannot read without writing next to it: mount the file system for "
            + "writing, or run this as the account that archives"
    }

    /// The number of a process that has the database open, except this one; `nil` if there is none.
    static func user(of path: String) throws(ArchiveError) -> pid_t? {
        guard try FileSystem.status(of: path) != nil else { return nil }
        let file = try OpenFile(path, O_RDONLY)
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        lock.l_start = sharedLock.start
        lock.l_len = sharedLock.count
        guard fcntl(file.descriptor, F_GETLK, &lock) == 0 else { throw .system("look at the locks of", path) }
        return lock.l_type == Int16(F_UNLCK) ? nil : lock.l_pid
    }
}
