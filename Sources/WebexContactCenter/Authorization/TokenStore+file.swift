import Files
import Foundation
import Glibc

extension TokenStore {
    /// A token pair is a few hundred bytes; anything much longer is not ours.
    private static let longestFile = 1 << 20

    /// - Returns: `nil` if there is no file.
    func readFile() throws(ProviderError) -> Data? {
        do throws(ArchiveError) {
            return try FileSystem.read(path, limit: Self.longestFile).map { Data($0) }
        } catch {
            if error.code == .damaged { return Data() }
            throw failure("cannot be read", error)
        }
    }

    /// Creates the file's folder for its owner alone, if it is missing; an existing one is left as it is.
    func makeFolder() throws(ProviderError) {
        do throws(ArchiveError) {
            try FileSystem.createFolder(FileSystem.folder(of: path), mode: 0o700)
        } catch {
            throw failure("cannot be written: its folder cannot be made", error)
        }
    }

    /// Replaces the file. The new one is on the disk, including its name, when this returns, so that a pair in use is
    /// never only in memory.
    func replaceFile(_ data: Data) throws(ProviderError) {
        do throws(ArchiveError) {
            try replacement.write([UInt8](data))
        } catch {
            throw failure("cannot be written", error)
        }
    }

    /// - Returns: whether there was a file.
    func removeFile() throws(ProviderError) -> Bool {
        do throws(ArchiveError) {
            return try replacement.remove()
        } catch {
            throw failure("cannot be removed", error)
        }
    }

    /// A login writes without the lock. The draft of a killed process contains tokens, so it must be removed.
    private var replacement: FileReplacement {
        FileReplacement(path, mode: 0o600, writers: .several(mark: ".new-"), flushing: .bytesAndName)
    }

    func failure(_ what: String, _ error: ArchiveError) -> ProviderError {
        let reason = error.errno.map { String(cString: strerror($0)) } ?? error.message
        return ProviderError(
            .tokenStore,
            "the token file \(path) \(what): \(reason)",
            advice: "check that folder's owner, mode and free space"
        )
    }
}
