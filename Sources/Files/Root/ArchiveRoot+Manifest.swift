import Glibc
import Recordings

extension ArchiveRoot {
    /// Makes the names of the manifest's files durable. SQLite flushes their folder itself, and takes no notice where that
    /// fails.
    package func synchronizeManifestNames() throws(ArchiveError) {
        try FileSystem.synchronizeFolder(path)
    }

    /// Puts the manifest at `draft`, closed and without a log, in the place of the one that is there, if any. At every
    /// moment one of the two stands at ``manifestPath``.
    ///
    /// The log of the old one must be empty, or not worth keeping for the old one's sake: between the log's end and the
    /// rename the old manifest stands without it.
    /// - Parameter time: part of the name that the old manifest gets.
    /// - Returns: where the old manifest is now, with its log where it had one; `nil` where there was none.
    package func replaceManifest(with draft: String, at time: Timestamp) throws(ArchiveError) -> String? {
        var aside: String?
        if try FileSystem.status(of: manifestPath) != nil {
            // `2026-11-29T14:05:06.789Z` without what is awkward in a file's name.
            let stamp = time.description.prefix(19).filter { $0 != "-" && $0 != ":" } + "Z"
            let kept = try unusedPath("\(manifestPath).before-rebuild-\(stamp)")
            try FileSystem.addName(kept, to: manifestPath)
            if let log = try FileSystem.size(of: manifestPath + "-wal"), log > 0 {
                try FileSystem.addName(kept + "-wal", to: manifestPath + "-wal")
            }
            try FileSystem.synchronizeFolder(path)
            aside = kept
        }
        // SQLite takes whatever log lies beside a file for that file's own (sqlite.org/howtocorrupt.html section 1.4), so
        // the old one's is gone before the new manifest appears, and is gone from the disk too.
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
