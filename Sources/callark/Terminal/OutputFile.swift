import Files
import Foundation
import Glibc

/// A file that a command was asked to write (`-o`).
enum OutputFile {
    /// Writes `bytes` to `path`: all of them, or the file stays as it was. If `path` is not a regular file, but for
    /// example a device, a pipe or a symbolic link, it is written to rather than replaced.
    /// - Throws: ``CommandError`` with exit code 74, naming the path and the system's reason.
    static func write(_ bytes: Data, to path: String, mode: mode_t = 0o644) throws {
        do throws(ArchiveError) {
            if let status = try FileSystem.status(of: path), !status.isRegular {
                try OpenFile(path, O_WRONLY | O_CREAT | O_TRUNC, mode: mode).stream([UInt8](bytes))
            } else {
                let file = FileReplacement(path, mode: mode, writers: .several(mark: ".callark-"), flushing: .bytes)
                try file.write([UInt8](bytes))
            }
        } catch {
            let reason = error.errno.map { String(cString: strerror($0)).lowercased() } ?? error.message
            throw CommandError(.inputOutput, "cannot write \(path): \(reason)")
        }
    }
}
