import Files
import Recordings

/// The members of a sealed archive by their headers, the digests of those that were read, and where the tag files are.
struct ArchiveIndex: Sendable {
    /// A payload member. Kept small, because an archive has many.
    struct Place: Sendable {
        var headerOffset: Int64
        var offset: Int64
        var byteCount: Int64
        /// A hash of the path in the bag, valid only in this process.
        var pathHash: Int
        var secondsSince1970: Int64
        /// `nil` if its bytes were not read, or are incomplete.
        var digest: ContentDigest?
    }

    struct Tag: Sendable {
        var member: TarMember
        /// `nil` if its bytes were not read.
        var digest: ContentDigest?
    }

    /// The one folder that contains everything.
    var folder: String?
    /// In the order of the tar, so that offsets grow.
    var places: [Place] = []
    /// By the path in the bag: those that every archive has, and any other file in `metadata/`. Only the checksums of
    /// the tag files can tell such a file from a foreign one.
    var tags: [String: Tag] = [:]
    /// Members that are neither payload nor a tag file of a daily archive, repeated ones, and those out of order.
    var foreignMembers: [TarMember] = []
    /// Members whose headers contain more than those of daily archives do.
    var odd: [TarMember] = []
    /// The members that are the folder of the payload itself, which only an archive without recordings has.
    private var payloadFolders: [TarMember] = []
    /// How many of the tag files that every archive has were passed, in their order.
    private var tagsSeen = 0
    var damages: [TarDamage] = []
    var hasEnd = false

    /// Walks over the tar in `source`, from its beginning.
    /// - Parameter readingContents: whether to hash every member, recordings too, while `source` reads.
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
        foreignMembers += places.isEmpty ? payloadFolders.dropFirst() : payloadFolders[...]
    }

    static func hash(_ path: some StringProtocol) -> Int {
        var hasher = Hasher()
        for byte in path.utf8 { hasher.combine(byte) }
        return hasher.finalize()
    }

    /// The index of the payload member whose first byte is at `offset`.
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
        if !member.isPlain { odd.append(member) }
        guard member.path.hasPrefix(prefix) else { return foreignMembers.append(member) }
        let path = String(member.path.dropFirst(prefix.count))
        if path == BagLayout.payload, member.isFolder { return payloadFolders.append(member) }
        guard !member.isFolder else { return foreignMembers.append(member) }
        if path.hasPrefix(BagLayout.payload) {
            let place = Place(
                headerOffset: member.headerOffset,
                offset: member.offset,
                byteCount: member.byteCount,
                pathHash: Self.hash(path),
                secondsSince1970: member.secondsSince1970,
                digest: reading ? try tar.digestOfContent() : nil
            )
            if tagsSeen > 0 { foreignMembers.append(member) }
            places.append(place)
        } else if tags[path] == nil, isNextTagFile(path) {
            tags[path] = Tag(member: member, digest: reading ? try tar.digestOfContent() : nil)
        } else {
            foreignMembers.append(member)
        }
    }

    /// Whether a tag file, by its path in the bag, belongs to a daily archive and is in its place in the order.
    private mutating func isNextTagFile(_ path: String) -> Bool {
        if let number = BagLayout.tagFiles.firstIndex(of: path) {
            defer { tagsSeen = max(tagsSeen, number + 1) }
            return number >= tagsSeen
        }
        // Tag files that only some archives have come after `metadata/tasks.jsonl`, which damage may have removed.
        guard path.hasPrefix(BagLayout.metadata) else { return false }
        return tagsSeen <= 2 && FileName(exactly: path.dropFirst(BagLayout.metadata.count)) != nil
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
                secondsSince1970: 0
            )
            foreignMembers.append(member)
        }
    }
}
