import Recordings

/// Which members a sealed archive has, by its headers alone, and where its tag files stand.
struct ArchiveIndex: Sendable {
    /// A payload member, in few bytes: an archive has many.
    struct Place: Sendable {
        var headerOffset: Int64
        var offset: Int64
        var byteCount: Int64
        /// A hash of the path in the bag, good for this process.
        var pathHash: Int
    }

    struct Tag: Sendable {
        var member: TarMember
        /// `nil` where its bytes were not read.
        var digest: ContentDigest?
    }

    /// The one folder that everything is in.
    var folder: String?
    /// In the order of the tar, so that offsets grow.
    var places: [Place] = []
    /// By the path in the bag: those that every archive has, and whatever else stands in `metadata/`, which only the
    /// checksums of tag files can tell from a stranger.
    var tags: [String: Tag] = [:]
    /// Members that are neither payload nor a tag file of a daily archive, and those that came twice.
    var strangers: [TarMember] = []
    var damages: [TarDamage] = []
    var hasEnd = false

    /// Walks over the tar in `source`, from its beginning. Tag files are hashed where `source` reads everything anyway.
    init(_ source: SequentialReader, readingContents: Bool) throws(ArchiveError) {
        var tar = TarReader(source, checksPadding: readingContents)
        while let item = try tar.next() {
            switch item {
            case .damage(let damage): damages.append(damage)
            case .end: hasEnd = true
            case .member(let member):
                folder = tar.folder
                try add(member, &tar, readingContents)
            }
        }
        findRepeated()
    }

    static func hash(_ path: some StringProtocol) -> Int {
        var hasher = Hasher()
        for byte in path.utf8 { hasher.combine(byte) }
        return hasher.finalize()
    }

    /// The payload member whose first byte stands at `offset`.
    func place(at offset: Int64) -> Int? {
        var range = 0..<places.count
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if places[middle].offset == offset { return middle }
            range = places[middle].offset < offset ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return nil
    }

    private mutating func add(_ member: TarMember, _ tar: inout TarReader, _ reading: Bool) throws(ArchiveError) {
        let prefix = (folder ?? "") + "/"
        guard member.path.hasPrefix(prefix) else { return strangers.append(member) }
        let path = member.path.dropFirst(prefix.count)
        if path == BagLayout.payload, member.isFolder { return }
        guard !member.isFolder else { return strangers.append(member) }
        if path.hasPrefix(BagLayout.payload) {
            let place = Place(
                headerOffset: member.headerOffset,
                offset: member.offset,
                byteCount: member.byteCount,
                pathHash: Self.hash(path)
            )
            places.append(place)
        } else if BagLayout.tagFiles.contains(String(path)) || path.hasPrefix(BagLayout.metadata),
            tags[String(path)] == nil
        {
            tags[String(path)] = Tag(member: member, digest: reading ? try tar.digestOfContent() : nil)
        } else {
            strangers.append(member)
        }
    }

    private mutating func findRepeated() {
        var seen: Set<Int> = []
        seen.reserveCapacity(places.count)
        for place in places where !seen.insert(place.pathHash).inserted {
            let member = TarMember(
                path: "a repeated name",
                isFolder: false,
                byteCount: place.byteCount,
                headerOffset: place.headerOffset,
                offset: place.offset,
                mode: 0,
                secondsSince1970: 0
            )
            strangers.append(member)
        }
    }
}
