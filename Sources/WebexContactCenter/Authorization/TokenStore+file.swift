import Foundation
import Glibc

extension TokenStore {
    /// A token pair has a few hundred bytes; anything much longer is not ours.
    private static let longestFile = 1 << 20

    /// - Returns: `nil` if there is no file.
    func readFile() throws(ProviderError) -> Data? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("cannot be read")
        }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16384)
        while bytes.count <= Self.longestFile {
            let count = read(file, &buffer, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw failure("cannot be read")
            }
            if count == 0 { return Data(bytes) }
            bytes.append(contentsOf: buffer.prefix(count))
        }
        return Data()
    }

    /// Creates the file's folder for its owner alone if it is missing; an existing one stays as it is.
    func makeFolder() throws(ProviderError) {
        var missing: [String] = []
        var candidate = folder
        while access(candidate, F_OK) != 0, candidate != "/", candidate != "." {
            missing.append(candidate)
            candidate = (candidate as NSString).deletingLastPathComponent
            if candidate.isEmpty { candidate = "." }
        }
        for path in missing.reversed() where mkdir(path, 0o700) != 0 && errno != EEXIST {
            throw failure("cannot be written: its folder cannot be made")
        }
    }

    /// Writes a new file next to the old one, flushes it, gives it the old one's name, and flushes the folder, in this
    /// order, so that a pair in use is never only in memory.
    func replaceFile(_ data: Data) throws(ProviderError) {
        let temporary = "\(path).new-\(getpid())"
        unlink(temporary)
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure("cannot be written") }
        let error = Self.fill(file, with: data)
        guard close(file) == 0, error == 0, rename(temporary, path) == 0 else {
            let reason = error == 0 ? errno : error
            unlink(temporary)
            throw failure("cannot be written", reason)
        }
        try flushFolder()
        removeDraftsOfDeadProcesses()
    }

    /// - Returns: whether there was a file.
    func removeFile() throws(ProviderError) -> Bool {
        removeDraftsOfDeadProcesses()
        guard unlink(path) == 0 else {
            if errno == ENOENT { return false }
            throw failure("cannot be removed")
        }
        try flushFolder()
        return true
    }

    /// A process that was killed while writing has left behind tokens that are older than those just written.
    private func removeDraftsOfDeadProcesses() {
        let prefix = (path as NSString).lastPathComponent + ".new-"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names where name.hasPrefix(prefix) {
            guard let process = pid_t(name.dropFirst(prefix.count)), kill(process, 0) != 0, errno == ESRCH else {
                continue
            }
            unlink("\(folder)/\(name)")
        }
    }

    /// - Returns: 0, or the `errno` of what failed.
    private static func fill(_ file: Int32, with data: Data) -> Int32 {
        var rest = [UInt8](data)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                return errno
            }
            rest = rest.dropFirst(count)
        }
        return fsync(file) == 0 ? 0 : errno
    }

    private func flushFolder() throws(ProviderError) {
        let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw failure("cannot be made durable") }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw failure("cannot be made durable") }
    }

    private var folder: String {
        let folder = (path as NSString).deletingLastPathComponent
        return folder.isEmpty ? "." : folder
    }

    func failure(_ what: String, _ reason: Int32 = errno) -> ProviderError {
        ProviderError(
            .tokenStore,
            "the token file \(path) \(what): \(String(cString: strerror(reason)))",
            advice: "check that folder's owner, mode and free space"
        )
    }
}
