import Recordings

/// The recordings that a list of an archive has named so far. Neither a name nor a key comes twice in one archive; few
/// bytes each.
struct RecordingsSeen {
    private var paths: Set<Int> = []
    private var keys: Set<Int> = []

    /// Takes the next one.
    /// - Returns: whether neither its name nor its key was there before.
    mutating func insert(_ entry: RecordingEntry) -> Bool {
        var hasher = Hasher()
        entry.key.hash(into: &hasher)
        let isNewKey = keys.insert(hasher.finalize()).inserted
        return paths.insert(ArchiveIndex.hash(entry.payloadPath)).inserted && isNewKey
    }
}
