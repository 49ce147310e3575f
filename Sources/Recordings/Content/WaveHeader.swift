/// The header of a WAVE file: `RIFF`, its big-endian form `RIFX`, or a 64-bit form, `RF64` or `BW64` (EBU Tech 3306).
///
/// Tolerant, because the provider's writers are unknown (wxcc-api 6.6): any chunks may come before and after the sound,
/// and a writer that streamed its file could not know the sizes and left 0 or all ones in their place. But less sound
/// than the header promises is never accepted silently.
struct WaveHeader {
    private(set) var format: AudioFormat
    private(set) var suspicion: String?
    /// Whether the header says how much sound the file has; a writer that streamed could not.
    private(set) var declaresLength: Bool
    /// Which bytes of the file are its sound; `nil` if it has none, or if the sound begins after the visible bytes.
    private(set) var sound: Range<Int64>?
    /// The number of bytes of one sample of every channel.
    private(set) var frameBytes: Int
    /// Whether the file's numbers begin with their most significant byte.
    private(set) var isBigEndian: Bool

    /// - Returns: `nil` if the bytes do not begin like a WAVE file.
    init?(prefix: [UInt8], byteCount: Int64) {
        guard let bytes = ChunkReader(prefix), prefix.dropFirst(8).starts(with: Array("WAVE".utf8)) else { return nil }
        // No file is half as long as the largest number, so sums of positions and sizes do not overflow.
        let chunks = ChunkWalk(bytes, byteCount: min(max(byteCount, Int64(prefix.count)), .max / 2))
        format = chunks.format ?? .unknownWave
        suspicion = chunks.suspicion
        declaresLength = chunks.sound?.declared != nil
        sound = chunks.isSoundVisible ? chunks.sound.map { ($0.end - $0.available)..<$0.end } : nil
        frameBytes = chunks.frameBytes
        isBigEndian = bytes.isBigEndian
        if let sound = chunks.sound {
            format.durationMilliseconds = chunks.milliseconds(ofBytes: sound.available)
        }
    }
}

extension AudioFormat {
    fileprivate static let unknownWave = AudioFormat(
        codec: "wave-unknown",
        channels: 0,
        sampleRateHertz: 0,
        bitsPerSample: 0,
        durationMilliseconds: 0
    )
}

/// Numbers from the first bytes of a file, in the byte order that its first four bytes give; `nil` beyond these bytes.
private struct ChunkReader {
    private let bytes: [UInt8]
    let isBigEndian: Bool
    /// Whether a `ds64` chunk has the real sizes.
    let hasLongSizes: Bool

    init?(_ bytes: [UInt8]) {
        let mark = String(decoding: bytes.prefix(4), as: UTF8.self)
        guard ["RIFF", "RIFX", "RF64", "BW64"].contains(mark) else { return nil }
        self.bytes = bytes
        isBigEndian = mark == "RIFX"
        hasLongSizes = mark == "RF64" || mark == "BW64"
    }

    func number(at position: Int64, width: Int) -> UInt64? {
        guard position >= 0, position <= Int64(bytes.count - width) else { return nil }
        let slice = bytes[Int(position)..<Int(position) + width]
        let ordered = isBigEndian ? Array(slice) : slice.reversed()
        return ordered.reduce(0) { $0 << 8 | UInt64($1) }
    }

    func short(at position: Int64) -> Int? { number(at: position, width: 2).map(Int.init) }

    func word(at position: Int64) -> Int64? { number(at: position, width: 4).map(Int64.init) }

    func identifier(at position: Int64) -> String? {
        guard position >= 0, position <= Int64(bytes.count - 4) else { return nil }
        return String(decoding: bytes[Int(position)..<Int(position) + 4], as: UTF8.self)
    }

    func has(_ expected: [UInt8], at position: Int64) -> Bool {
        guard position >= 0, position <= Int64(bytes.count - expected.count) else { return false }
        return bytes[Int(position)...].starts(with: expected)
    }
}

/// One walk over the chunks, to the end of the visible bytes.
private struct ChunkWalk {
    /// The chunk of sound: how much the header promises (`nil` if its writer did not know), and how much exists.
    struct Sound {
        var declared: Int64?
        var available: Int64
        var end: Int64
    }

    private(set) var format: AudioFormat?
    private(set) var sound: Sound?
    private(set) var suspicion: String?
    /// Whether the walk has reached the beginning of the sound.
    private(set) var isSoundVisible = false
    private(set) var frameBytes = 0
    private let bytes: ChunkReader
    private let byteCount: Int64
    private var bytesPerSecond: Int64 = 0
    private var longSizes: (whole: Int64?, sound: Int64?)?
    /// The end of the last visible chunk's content, if a padding byte follows it.
    private var paddedEnd: Int64?

    init(_ bytes: ChunkReader, byteCount: Int64) {
        self.bytes = bytes
        self.byteCount = byteCount
        walk()
        suspicion = suspicion ?? disagreement
    }

    func milliseconds(ofBytes count: Int64) -> Int64 {
        guard bytesPerSecond > 0 else { return 0 }
        let (whole, rest) = count.quotientAndRemainder(dividingBy: bytesPerSecond)
        let (milliseconds, isTooLong) = whole.multipliedReportingOverflow(by: 1000)
        // In double width, because hostile headers claim rates that overflow when multiplied by a thousand.
        let fraction = bytesPerSecond.dividingFullWidth(rest.multipliedFullWidth(by: 1000)).quotient
        let (sum, isTooLongStill) = milliseconds.addingReportingOverflow(fraction)
        return isTooLong || isTooLongStill ? .max : sum
    }

    private mutating func walk() {
        var position: Int64 = 12
        // Each step advances at least eight bytes, so this ends whatever the content.
        while let identifier = bytes.identifier(at: position), let size = bytes.word(at: position + 4) {
            let content = position + 8
            switch identifier {
            case "data":
                readSound(at: content, size: size)
                guard let declared = sound?.declared, declared <= byteCount else { return }
                return passChunks(after: content + declared, isPadded: declared % 2 == 1)
            case "fmt ": readFormat(at: content, size: size)
            case "ds64" where bytes.hasLongSizes: readLongSizes(at: content)
            default: break
            }
            position = content + size + size % 2
        }
        // The sound begins after the visible bytes, or not at all.
        guard position + 8 <= byteCount else {
            suspicion = "the header ends before the sound begins, after \(byteCount) bytes"
            return
        }
        let available = byteCount - position - 8
        sound = Sound(declared: nil, available: available, end: byteCount)
        if format == nil { suspicion = "no format in what can be seen of the header" }
    }

    /// Skips the chunks after the sound.
    private mutating func passChunks(after end: Int64, isPadded: Bool) {
        var (end, isPadded) = (end, isPadded)
        while let size = bytes.word(at: end + (isPadded ? 1 : 0) + 4) {
            end += (isPadded ? 1 : 0) + 8 + size
            isPadded = size % 2 == 1
        }
        paddedEnd = isPadded ? end : nil
    }

    private mutating func readLongSizes(at position: Int64) {
        let sizes = [position, position + 8].map { bytes.number(at: $0, width: 8).flatMap(Int64.init(exactly:)) }
        longSizes = (sizes[0], sizes[1])
    }

    private mutating func readSound(at position: Int64, size: Int64) {
        let rest = byteCount - position
        let declared = declaredSound(size, followedBy: position)
        let available = declared.map { min($0, rest) } ?? rest
        isSoundVisible = true
        sound = Sound(declared: declared, available: available, end: position + available)
        if format == nil {
            suspicion = "the sound comes without a format before it"
        } else if available == 0, declared ?? 0 == 0 {
            suspicion = "a header without any sound"
        }
    }

    /// What the header promises; `nil` if its writer streamed and left a size that says nothing.
    private func declaredSound(_ size: Int64, followedBy position: Int64) -> Int64? {
        if size == 0xffff_ffff, let longSizes {
            return longSizes.sound == 0 ? nil : longSizes.sound
        }
        if size == 0 {
            // Another chunk shows that the file really has no sound. Otherwise the writer never filled in the size.
            let next = bytes.identifier(at: position) ?? ""
            return byteCount <= position || ["LIST", "fact", "bext", "id3 ", "cue ", "JUNK"].contains(next) ? 0 : nil
        }
        return Self.isPlaceholder(size) ? nil : size
    }

    /// In a pipe, ffmpeg leaves all ones, and SoX a little less than 2^31.
    private static func isPlaceholder(_ size: Int64) -> Bool {
        size == 0 || size == 0xffff_ffff || (0x7fff_f000...0x7fff_ffff).contains(size)
    }

    /// How the sizes and the bytes disagree. The byte of padding at the end may be counted although it is missing.
    private var disagreement: String? {
        if let sound, let declared = sound.declared, declared > sound.available {
            return "the header promises \(declared) bytes of sound, and \(sound.available) are there"
        }
        guard let whole = declaredWhole else { return nil }
        let lacksPadding = whole == byteCount + 1 && paddedEnd == byteCount
        if whole > byteCount, !lacksPadding {
            return "the header promises \(whole) bytes in all, and \(byteCount) are there"
        }
        guard let sound, sound.declared != nil else { return nil }
        let end = max(whole, sound.end)
        // One byte of padding may exist without being counted.
        return byteCount > max(whole, sound.end + 1)
            ? "\(byteCount - end) bytes follow after the end that the header says" : nil
    }

    private var declaredWhole: Int64? {
        guard let size = bytes.word(at: 4) else { return nil }
        if size == 0xffff_ffff, let whole = longSizes?.whole, whole > 0 {
            let (sum, isTooLarge) = whole.addingReportingOverflow(8)
            return isTooLarge ? .max : sum
        }
        return Self.isPlaceholder(size) ? nil : size + 8
    }
}

// MARK: - Format

extension ChunkWalk {
    /// The part of a sub-format's GUID that makes it an ordinary format tag (KSDATAFORMAT_SUBTYPE_WAVEFORMATEX).
    private static let tail: [UInt8] = [0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71]

    private mutating func readFormat(at position: Int64, size: Int64) {
        guard size >= 14, let tag = bytes.short(at: position), let channels = bytes.short(at: position + 2),
            let rate = bytes.word(at: position + 4), let average = bytes.word(at: position + 8),
            let block = bytes.short(at: position + 12)
        else {
            suspicion = "the header's format is cut short"
            return
        }
        let bits = size >= 16 ? bytes.short(at: position + 14) ?? 0 : 0
        let codec = codec(tag, at: position, size: size)
        format = AudioFormat(
            codec: codec,
            channels: channels,
            sampleRateHertz: Int(rate),
            bitsPerSample: bits,
            durationMilliseconds: 0
        )
        // If samples have a fixed size, it gives a better length than an average in the header.
        let frame =
            ["pcm", "mulaw", "alaw", "wave-0x0003"].contains(codec) ? max(block, channels * ((bits + 7) / 8)) : 0
        frameBytes = frame
        bytesPerSecond = frame > 0 && rate > 0 ? Int64(frame) * rate : average
        if channels == 0 || rate == 0 { suspicion = "the header says \(channels) channels and \(rate) Hz" }
    }

    private func codec(_ tag: Int, at position: Int64, size: Int64) -> String {
        var tag = tag
        if tag == 0xfffe, size >= 40, bytes.has(Self.tail, at: position + 32),
            let subformat = bytes.word(at: position + 24), subformat <= 0xffff
        {
            tag = Int(subformat)
        }
        return switch tag {
        case 1: "pcm"
        case 6: "alaw"
        case 7: "mulaw"
        default: "wave-0x" + Hexadecimal.text([UInt8(tag >> 8 & 0xff), UInt8(tag & 0xff)])
        }
    }
}
