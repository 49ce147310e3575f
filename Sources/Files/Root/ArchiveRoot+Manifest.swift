import Glibc
import Recordings

extension ArchiveRoot {
    /// Makes the names of the manifest's files durable. SQLite flushes their folder itself, but ignores a failure.
    package func synchronizeManifestNames() throws(ArchiveError) {
        try FileSystem.synchronizeFolder(path)
    }

    /// Replaces the manifest with the one at `draft`, which must be closed and have no log. At every moment one of the
    /// two is at ``manifestPath``.
    ///
    /// The log of the old manifest must be empty, or not worth keeping for it: between the log's removal and the
    /// rename, the old manifest is there without it.
    /// - Parameter time: part of the old manifest's new name.
    /// - Returns: where the old manifest is now, with its log if it had one; `nil` if there was none.
    package func replaceManifest(with draft: String, at time: Timestamp) throws(ArchiveError) -> String? {
        var aside: String?
        if try FileSystem.status(of: manifestPath) != nil {
            // `2026-11-29T14:05:06.789Z` without what is awkward in a file name.
            let stamp = time.description.prefix(19).filter { $0 != "-" && $0 != ":" } + "Z"
            let kept = try unusedPath("\(manifestPath).before-rebuild-\(stamp)")
            try FileSystem.addName(kept, to: manifestPath)
            if let log = try FileSystem.size(of: manifestPath + "-wal"), log > 0 {
                try FileSystem.addName(kept + "-wal", to: manifestPath + "-wal")
            }
            try FileSystem.synchronizeFolder(path)
            aside = kept
        }
        // SQLite takes any log next to a file for that file's own (sqlite.org/howtocorrupt.html section 1.4). The old
        // one is therefore removed, from the disk too, before the new manifest appears.
        for suffix in ["-wal", "-shm"] { try FileSystem.remove(manifestPath + suffix) }
        try FileSystem.synchronizeFolder(path)
        try FileSystem.replace(manifestPath, with: draft)
        try FileSystem.synchronizeFolder(path)
        return aside
    }

    private func unusedPath(_ path: String) throws(ArchiveError) -> String {
        var candidate = path
        var number = 1
        while try FileSystem.status(of: candidate) != nil {
            number += 1
            candidate = "\(path)-\(number)"
        }
        return candidate
    }
}
