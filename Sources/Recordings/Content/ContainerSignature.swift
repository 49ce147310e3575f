/// How containers of audio and video other than WAVE begin: those that telephone systems, `sox` and `file` recognize by
/// a magic number. Headerless formats (`sln`, `gsm`, `ulaw`) have none and are not recognized.
enum ContainerSignature {
    /// - Parameters:
    ///   - prefix: the file's first bytes.
    ///   - byteCount: how many it has in all.
    /// - Returns: the container's name, in lower case; `nil` if it is unknown.
    static func name(of prefix: [UInt8], byteCount: Int64) -> String? {
        guard prefix.starts(with: Array("ID3".utf8)) else { return name(of: prefix[...], byteCount: byteCount) }
        guard let tags = ID3Tags(prefix), Int64(tags.end) < byteCount else { return nil }
        // A large tag, such as a picture, hides what follows it. Then the tag itself shows what the file is.
        guard tags.end < prefix.count else { return tags.hasFrame ? "mp3" : nil }
        let rest = prefix[tags.end...].drop { $0 == 0 }
        return name(of: rest, byteCount: byteCount - Int64(rest.startIndex))
    }

    private static func name(of bytes: ArraySlice<UInt8>, byteCount: Int64) -> String? {
        marks.first { bytes.dropFirst($0.offset).starts(with: $0.bytes) }?.name
            ?? ogg(bytes) ?? interchange(bytes) ?? boxes(bytes, byteCount) ?? matroska(bytes)
            ?? MPEGFrames.name(of: bytes, byteCount: byteCount) ?? transportStream(bytes)
    }

    private struct Mark {
        var offset = 0
        var bytes: [UInt8]
        var name: String

        init(_ text: String, then more: [UInt8] = [], at offset: Int = 0, is name: String) {
            self.offset = offset
            bytes = Array(text.utf8) + more
            self.name = name
        }
    }

    private static let marks: [Mark] = [
        Mark("riff", then: [0x2e, 0x91, 0xcf, 0x11, 0xa5, 0xd6, 0x28, 0xdb, 0x04, 0xc1, 0, 0], is: "w64"),
        Mark("Creative Voice File", then: [0x1a], is: "voc"), Mark("NIST_1A", then: [0x0a], is: "sphere"),
        Mark("fLaC", is: "flac"), Mark("caff", then: [0, 1], is: "caf"), Mark("wvpk", is: "wavpack"),
        Mark("MAC ", is: "ape"),
        Mark("TTA1", is: "tta"), Mark("MPCK", is: "musepack"), Mark("MP+", is: "musepack"),
        Mark(".snd", then: [0], is: "au"), Mark("dns.", is: "au"), Mark("", then: [0, 0x64, 0x73, 0x2e], is: "au"),
        // The first byte of an IRCAM file says which machine wrote it.
        Mark("", then: [0x64, 0xa3, 1, 0], is: "ircam"), Mark("", then: [0x64, 0xa3, 2, 0], is: "ircam"),
        Mark("", then: [0x64, 0xa3, 3, 0], is: "ircam"), Mark("", then: [0x64, 0xa3, 4, 0], is: "ircam"),
        Mark("", then: [0, 1, 0xa3, 0x64], is: "ircam"), Mark("", then: [0, 2, 0xa3, 0x64], is: "ircam"),
        Mark("", then: [0, 3, 0xa3, 0x64], is: "ircam"), Mark("", then: [0, 4, 0xa3, 0x64], is: "ircam"),
        Mark("#!AMR\n", is: "amr"), Mark("#!AMR_MC1.0\n", is: "amr"), Mark("#!AMR-WB\n", is: "amr-wb"),
        Mark("#!AMR-WB_MC1.0\n", is: "amr-wb"), Mark("#!EVS_MC1.0\n", is: "evs"), Mark("#!EVRC\n", is: "evrc"),
        Mark("#!SILK_V3", is: "silk"), Mark("\u{2}#!SILK_V3", is: "silk"),
        Mark("#!iLBC20\n", is: "ilbc"), Mark("#!iLBC30\n", is: "ilbc"),
        Mark(".SoX", is: "sox"), Mark("XoS.", is: "sox"), Mark("SOUND", then: [0x1a], is: "sndt"),
        Mark("SOUND SAMPLE DATA ", is: "smp"), Mark(" paf", is: "paf"), Mark("fap ", is: "paf"),
        Mark("2BIT", is: "avr"),
        Mark("PVF1\n", is: "pvf"), Mark("PVF2\n", is: "pvf"), Mark("ALawSoundFile**", then: [0], is: "wve"),
        Mark("LM8953", is: "txw"),
        Mark("", then: [0x37, 0, 0, 0x10, 0x6d, 0, 0, 0x10], is: "prc"), Mark("ring.bin", at: 16, is: "gsrt"),
        Mark("FSSD", at: 65, is: "hcom"), Mark("XA", then: [0, 0], is: "xa"), Mark("XAI", then: [0], is: "xa"),
        Mark("XAJ", then: [0], is: "xa"),
        Mark("DSD ", then: [0x1c, 0, 0, 0], is: "dsf"), Mark("FRM8", then: [0, 0, 0], is: "dsdiff"),
        Mark(".ra", then: [0xfd], is: "realaudio"), Mark(".RMF", then: [0, 0, 0], is: "realmedia"),
        Mark("FLV", then: [1], is: "flv"),
        Mark(
            "",
            then: [0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11, 0xa6, 0xd9, 0x00, 0xaa, 0x00, 0x62, 0xce, 0x6c],
            is: "asf"
        ),
        Mark("", then: [0, 0, 1, 0xba], is: "mpeg-ps"),
    ]

    /// A page of Ogg (RFC 3533) that begins a stream, named by what its first packet says is in it.
    private static func ogg(_ bytes: ArraySlice<UInt8>) -> String? {
        let page = Array(bytes.prefix(320))
        guard page.count > 27, page.starts(with: Array("OggS".utf8)), page[4] == 0, page[5] & 2 == 2 else { return nil }
        let packet = page.dropFirst(27 + Int(page[26]))
        let codecs: [(mark: [UInt8], name: String)] = [
            (Array("OpusHead".utf8), "opus"), (Array("Speex   ".utf8), "speex"), (Array("\u{1}vorbis".utf8), "vorbis"),
            (Array("\u{7f}FLAC".utf8), "flac"),
        ]
        return codecs.first { packet.starts(with: $0.mark) }.map { "ogg-\($0.name)" } ?? "ogg"
    }

    /// IFF (big-endian chunks in a `FORM`) and AVI (RIFF's other form).
    private static func interchange(_ bytes: ArraySlice<UInt8>) -> String? {
        let forms = ["AIFF": "aiff", "AIFC": "aiff", "8SVX": "8svx", "MAUD": "maud"]
        let type = String(decoding: bytes.dropFirst(8).prefix(4), as: UTF8.self)
        if bytes.starts(with: Array("FORM".utf8)) { return forms[type] }
        return bytes.starts(with: Array("RIFF".utf8)) && type == "AVI " ? "avi" : nil
    }

    /// ISO media (14496-12): a first box of a possible size, and `ftyp` with its brand or one of the beginnings of
    /// older QuickTime files.
    private static func boxes(_ bytes: ArraySlice<UInt8>, _ byteCount: Int64) -> String? {
        let head = Array(bytes.prefix(12))
        guard head.count == 12 else { return nil }
        let size = head.prefix(4).reduce(Int64(0)) { $0 << 8 | Int64($1) }
        let brand = String(decoding: head[8...], as: UTF8.self)
        switch String(decoding: head[4..<8], as: UTF8.self) {
        case "ftyp" where (12...4096).contains(size):
            if brand.hasPrefix("M4A") || brand.hasPrefix("M4B") { return "m4a" }
            if brand.hasPrefix("3g") { return "3gp" }
            return brand == "qt  " ? "mov" : "mp4"
        // A size of 1 says that a longer one follows.
        case "moov", "mdat", "wide": return size == 1 || (8...byteCount).contains(size) ? "mov" : nil
        default: return nil
        }
    }

    private static func matroska(_ bytes: ArraySlice<UInt8>) -> String? {
        guard bytes.starts(with: [0x1a, 0x45, 0xdf, 0xa3]) else { return nil }
        return bytes.prefix(64).firstRange(of: Array("webm".utf8)) != nil ? "webm" : "matroska"
    }

    /// Packets of 188 bytes, each with its sync byte (ISO/IEC 13818-1, 2.4.3.2): all that are visible, and at least
    /// three.
    private static func transportStream(_ bytes: ArraySlice<UInt8>) -> String? {
        let packets = stride(from: bytes.startIndex, through: bytes.endIndex - 4, by: 188)
        var count = 0
        for packet in packets {
            guard bytes[packet] == 0x47, bytes[packet + 1] & 0x80 == 0, bytes[packet + 3] & 0x30 != 0 else {
                return nil
            }
            count += 1
        }
        return count >= 3 ? "mpeg-ts" : nil
    }
}

/// The ID3v2 tags at the beginning of a file (id3.org, ID3v2.4.0 structure, section 3.1).
private struct ID3Tags {
    /// The position after the tags.
    private(set) var end = 0
    /// Whether the first tag begins with something that could be a frame of a tag.
    private(set) var hasFrame = false

    /// - Returns: `nil` if the file does not begin with a well-formed one.
    init?(_ prefix: [UInt8]) {
        while let size = Self.size(of: prefix.dropFirst(end).prefix(10)) {
            let name = prefix.dropFirst(end + 10).prefix(3)
            if end == 0 {
                hasFrame =
                    name.count == 3 && name.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) }
            }
            end += size
        }
        if end == 0 { return nil }
    }

    private static func size(of header: ArraySlice<UInt8>) -> Int? {
        let head = Array(header)
        guard head.count == 10, head.starts(with: Array("ID3".utf8)), (2...4).contains(head[3]), head[4] != 0xff,
            head[6...].allSatisfy({ $0 < 0x80 })
        else { return nil }
        let hasFooter = head[3] == 4 && head[5] & 0x10 != 0
        return head[6...].reduce(0) { $0 << 7 | Int($1) } + (hasFooter ? 20 : 10)
    }
}
