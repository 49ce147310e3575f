/// MPEG audio and AAC (ADTS) without a container: a file that consists of frames, one after another, from its first
/// byte or from the end of its ID3 tags.
///
/// A frame begins with eleven or twelve set bits, which proves nothing: text in UTF-16 can begin like this. The proof
/// is that each header says where the next one is (ISO/IEC 11172-3, 2.4.2.3; 13818-7, 6.2).
enum MPEGFrames {
    /// How many frames that agree are enough.
    private static let enough = 3

    /// - Parameters:
    ///   - prefix: the visible bytes, from where the first frame should be.
    ///   - byteCount: how many bytes the file has from there on.
    /// - Returns: `mp3`, `mp2`, `mp1` or `aac`; `nil` if this is not a sequence of frames.
    static func name(of prefix: ArraySlice<UInt8>, byteCount: Int64) -> String? {
        let start = prefix.startIndex
        guard let first = Header(prefix) else { return nil }
        var (found, position) = (1, first.length)
        while found < enough, position < prefix.count {
            let rest = prefix[(start + position)...]
            if isTrailer(rest) { return first.name }
            guard let next = Header(rest), next.agrees(with: first) else { return nil }
            found += 1
            position += next.length
        }
        // A short file ends with a frame, or within its second one at the earliest.
        let isWhole = Int64(position) == byteCount || (found > 1 && Int64(position) > byteCount)
        return found >= enough || isWhole ? first.name : nil
    }

    /// What may follow the last frame: an old tag, or only padding.
    private static func isTrailer(_ bytes: ArraySlice<UInt8>) -> Bool {
        ["TAG", "APETAGEX", "LYRICSBEGIN"].contains { bytes.starts(with: $0.utf8) } || bytes.allSatisfy { $0 == 0 }
    }

    private struct Header {
        /// The fields that are the same in each frame of a file.
        private var constant: UInt32
        private(set) var length: Int
        private(set) var name: String

        func agrees(with other: Header) -> Bool { constant == other.constant && name == other.name }

        init?(_ bytes: ArraySlice<UInt8>) {
            let head = Array(bytes.prefix(7))
            guard head.count >= 4, head[0] == 0xff, head[1] & 0xe0 == 0xe0 else { return nil }
            if head[1] & 0xf6 == 0xf0 { self.init(adts: head) } else { self.init(mpeg: head) }
        }

        private init?(adts head: [UInt8]) {
            guard head.count == 7 else { return nil }
            let rate = head[2] >> 2 & 15
            let overhead = head[1] & 1 == 1 ? 7 : 9
            length = Int(head[3] & 3) << 11 | Int(head[4]) << 3 | Int(head[5] >> 5)
            // Thirteen rates are defined. A frame has its header, a checksum if the bit says so, and some sound.
            guard (0...12).contains(rate), length > overhead else { return nil }
            constant = UInt32(head[1]) << 16 | UInt32(head[2] & 0xfd) << 8 | UInt32(head[3] & 0xc0)
            name = "aac"
        }

        private init?(mpeg head: [UInt8]) {
            let (version, layer) = (head[1] >> 3 & 3, head[1] >> 1 & 3)
            let (bitRate, rate) = (Int(head[2] >> 4), Int(head[2] >> 2 & 3))
            let padding = Int(head[2] >> 1 & 1)
            // Reserved values, and the free bit rate, for which a header does not say how long its frame is.
            guard version != 1, layer != 0, bitRate != 0, bitRate != 15, rate != 3, head[3] & 3 != 2 else { return nil }
            let hertz = [44100, 48000, 32000][rate] >> (version == 3 ? 0 : version == 2 ? 1 : 2)
            let bits = Self.kilobits(isFirstVersion: version == 3, layer: layer)[bitRate - 1] * 1000
            length =
                switch layer {
                case 3: (12 * bits / hertz + padding) * 4
                case 1 where version != 3: 72 * bits / hertz + padding
                default: 144 * bits / hertz + padding
                }
            constant = UInt32(head[1] & 0xfe) << 8 | UInt32(head[2] & 0x0c)
            name = "mp\(4 - layer)"
        }

        /// - Parameter layer: the value of its two bits: 3 for the first layer, 1 for the third.
        private static func kilobits(isFirstVersion: Bool, layer: UInt8) -> [Int] {
            switch (isFirstVersion, layer) {
            case (true, 3): [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448]
            case (true, 2): [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384]
            case (true, _): [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
            case (false, 3): [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256]
            case (false, _): [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
            }
        }
    }
}
