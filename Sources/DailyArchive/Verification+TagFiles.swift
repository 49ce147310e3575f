import Recordings

extension Verification {
    /// Looks at the tag files. One in `metadata/` that this version does not know is held against its checksum like the
    /// others, and belongs there if `tagmanifest-sha256.txt` says so.
    /// - Returns: those that are what `tagmanifest-sha256.txt` says, or that nothing speaks against.
    mutating func checkTagFiles(_ index: ArchiveIndex) throws(ArchiveError) -> Set<String> {
        for file in BagLayout.tagFiles where index.tags[file] == nil {
            note(.tagFileMissing, "\(path) has no \(file)", member: file)
        }
        var trusted = Set(index.tags.keys)
        try compareTagChecksums(index, &trusted)
        if let text = try text(of: BagLayout.declaration, index), text != Array(BagLayout.declarationText.utf8) {
            noteDamaged(BagLayout.declaration, index, "is not that of BagIt 1.0")
        }
        return trusted
    }

    /// Holds the bag's own count against what was counted.
    mutating func checkPayloadCount(_ index: ArchiveIndex) throws(ArchiveError) {
        guard let text = try text(of: BagLayout.information, index) else { return }
        let bytes = index.places.reduce(0) { $0 + $1.byteCount }
        guard let payload = BagInformation(text).payload else {
            return noteDamaged(BagLayout.information, index, "has no Payload-Oxum")
        }
        guard payload != (bytes, index.places.count) else { return }
        let counted = "\(bytes).\(index.places.count)"
        note(
            .payloadCount,
            "\(path) holds \(counted) (bytes and files); its Payload-Oxum says \(payload.bytes).\(payload.files)",
            member: BagLayout.information,
            offset: index.tags[BagLayout.information]?.member.offset
        )
    }

    private mutating func compareTagChecksums(_ index: ArchiveIndex, _ trusted: inout Set<String>) throws(ArchiveError)
    {
        guard let text = try text(of: BagLayout.tagChecksums, index) else { return }
        var listed: [String: ContentDigest] = [:]
        for line in text.split(separator: UInt8(ascii: "\n")) {
            guard let (digest, file) = BagLayout.readChecksumLine(Array(line)), listed[file] == nil else {
                noteDamaged(BagLayout.tagChecksums, index, "has a line that is no checksum, or comes twice")
                continue
            }
            listed[file] = digest
        }
        let present = index.tags.sorted { $0.value.member.headerOffset < $1.value.member.headerOffset }
        for (file, tag) in present where file != BagLayout.tagChecksums {
            guard let digest = listed.removeValue(forKey: file) else {
                noteDamaged(BagLayout.tagChecksums, index, "does not list \(file)")
                continue
            }
            if !quick, tag.digest != digest {
                trusted.remove(file)
                noteDamaged(file, index, "does not have the checksum that \(BagLayout.tagChecksums) says")
            }
        }
        for file in listed.keys.sorted() where !BagLayout.tagFiles.contains(file) {
            noteDamaged(BagLayout.tagChecksums, index, "lists \(file), which is not there")
        }
    }

    private mutating func noteDamaged(_ file: String, _ index: ArchiveIndex, _ what: String) {
        note(
            .tagFileDamaged,
            "\(file) in \(path) \(what)",
            member: file,
            offset: index.tags[file]?.member.offset
        )
    }

    private func text(of file: String, _ index: ArchiveIndex) throws(ArchiveError) -> [UInt8]? {
        guard let member = index.tags[file]?.member, member.byteCount <= 1 << 20 else { return nil }
        return try FileSystem.bytes(of: OpenFile(path, 0), in: member.offset..<(member.offset + member.byteCount))
    }
}
