import Glibc

/// The content of a small regular file, and who may read and write it.
package struct FileContents: Sendable {
    /// Everything that is in it.
    package let bytes: [UInt8]
    private let mode: mode_t

    /// Whether anyone other than the owner and the group may read it.
    package var isReadableByOthers: Bool { mode & S_IROTH != 0 }
    /// Whether the group may read it.
    package var isReadableByGroup: Bool { mode & S_IRGRP != 0 }
    /// Whether anyone other than the owner and the group may change it.
    package var isWritableByOthers: Bool { mode & S_IWOTH != 0 }

    /// The reason why a file was not read, in a form that can follow its path in a message.
    package struct Failure: Error {
        /// In words, such as `permission denied`.
        package let reason: String
        /// Whether the file does not exist.
        package let isAbsent: Bool
        /// Whether this account may not read it.
        package let isForbidden: Bool

        init(_ reason: String) {
            self.reason = reason
            isAbsent = false
            isForbidden = false
        }

        fileprivate init(_ error: ArchiveError) {
            reason = error.errno.map { String(cString: strerror($0)).lowercased() } ?? error.message
            isAbsent = error.code == .missing
            isForbidden = error.code == .permission
        }
    }

    /// - Parameter limit: the most bytes that the file may have.
    /// - Throws: ``Failure``, also for anything that is not a regular file, such as a pipe.
    package init(path: String, limit: Int) throws(Failure) {
        let (status, bytes): (FileStatus, [UInt8]?)
        do throws(ArchiveError) {
            (status, bytes) = try Self.read(path, limit)
        } catch {
            throw Failure(error)
        }
        guard status.isRegular else { throw Failure("it is not a regular file") }
        guard let bytes else { throw Failure("it has more than \(limit) bytes") }
        self.bytes = bytes
        mode = status.mode
    }

    /// - Returns: no bytes if it is not a regular file, or has too many.
    private static func read(_ path: String, _ limit: Int) throws(ArchiveError) -> (FileStatus, [UInt8]?) {
        // Non-blocking: opening a named pipe would otherwise wait until another process writes to it.
        let file = try OpenFile(path, O_RDONLY | O_NONBLOCK)
        let status = try file.status()
        return (status, status.isRegular ? try FileSystem.bytes(of: file, limit: limit) : nil)
    }
}
