import Recordings

/// What one of the three lists of an archive's recordings says about one of them.
struct ListedRecording {
    var path: String
    var taskID: TaskID?
    var offset: Int64
    var byteCount: Int64
    /// What the bytes should hash to, by each list. All of these must match.
    var digests: [ContentDigest]
    /// The time that its header must have; `nil` if the list does not say it.
    var secondsSince1970: Int64?
    /// The archive whose copy counts instead of this one.
    var replacedBy: ArchiveName?
    /// Whether no copy counts, and an operator has explained that the recording is lost.
    var isExplained = false

    var end: Int64 { TarMember.padded(offset + byteCount) }
}

extension ListedRecording {
    /// From the manifest.
    init(_ row: ExpectedRecording) {
        self.init(
            path: row.payloadPath,
            taskID: row.taskID,
            // A damaged row can have any number.
            offset: min(max(0, row.offset), .max / 4),
            byteCount: min(max(0, row.byteCount), .max / 4),
            digests: [row.digest],
            replacedBy: row.replacedBy,
            isExplained: row.isExplained
        )
    }
}

/// The state of the walk along the lists.
struct EntryWalk {
    let index: ArchiveIndex
    /// Whether the archive's own metadata is what was sealed.
    let trustsMetadata: Bool
    /// Whether the checksum file is still compared, line by line.
    var comparesChecksums: Bool
    /// The manifest's remaining rows, in the order of the archive; `nil` if there is no manifest.
    var rows: ArraySlice<ExpectedRecording>?
    /// Which of the index's places were listed.
    var seen: [Bool]
    /// The recordings that the metadata has named so far.
    var named = RecordingsSeen()
    /// The index's places by the hash of their paths, for a list that has no offsets.
    private lazy var numbers = Dictionary(zip(index.places.map(\.pathHash), index.places.indices)) { first, _ in first }
    private(set) var remainingDamages: ArraySlice<TarDamage>

    init(index: ArchiveIndex, trusted: Set<String>, rows: [ExpectedRecording]?) {
        self.index = index
        trustsMetadata = trusted.contains(BagLayout.recordings)
        comparesChecksums = trustsMetadata && trusted.contains(BagLayout.checksums)
        self.rows = rows.map { $0[...] }
        seen = Array(repeating: false, count: index.places.count)
        remainingDamages = index.damages.sorted { $0.offset < $1.offset }[...]
    }

    /// The member with this path in the bag.
    mutating func place(of path: String) -> ArchiveIndex.Place? {
        numbers[ArchiveIndex.hash(path)].map { index.places[$0] }
    }

    /// The manifest's row of the recording at `offset`, if it has one; the row is taken from the remaining ones.
    mutating func takeRow(at offset: Int64) -> ExpectedRecording? {
        guard let row = rows?.first, row.offset == offset else { return nil }
        return rows?.removeFirst()
    }

    /// The damage before `offset` that was not reported yet.
    mutating func damages(before offset: Int64) -> ArraySlice<TarDamage> {
        let found = remainingDamages.prefix { $0.offset < offset }
        remainingDamages = remainingDamages.dropFirst(found.count)
        return found
    }
}
