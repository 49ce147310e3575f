import Recordings

/// The recordings that a list of an archive has named so far, in few bytes each. Neither a name nor a key occurs twice
/// in one archive.
struct RecordingsSeen {
    private var paths: Set<Int> = []
    private var keys: Set<Int> = []

    /// Adds the next one.
    /// - Returns: whether both its name and its key are new.
    mutating func insert(_ entry: RecordingEntry) -> Bool {
        var hasher = Hasher()
        entry.key.hash(into: &hasher)
        let isNewKey = keys.insert(hasher.finalize()).inserted
        return paths.insert(ArchiveIndex.hash(entry.payloadPath)).inserted && isNewKey
    }
}
