/// The ways in which recorders write a WAV file around the same audio (wxcc-api 6.6).
enum WaveLayout: CaseIterable, Sendable, Hashable {
    /// `fmt ` and `data`, as short as possible.
    case plain
    /// A `fact` chunk with the number of samples, as G.711 requires.
    case fact
    /// `WAVE_FORMAT_EXTENSIBLE`.
    case extensible
    /// A `LIST` of `INFO` before the audio.
    case list
    /// A `JUNK` chunk that was kept free for a larger header.
    case junk
    /// A `LIST` after the audio.
    case trailingList
    /// A streaming writer that never filled in its sizes: they are 0 …
    case streamingZero
    /// … or 0xFFFFFFFF.
    case streamingMaximum

    func header(of sound: Sound) -> [UInt8] {
        var chunks = ChunkWriter()
        if self == .junk { chunks.add("JUNK", [UInt8](repeating: 0, count: 28)) }
        chunks.add("fmt ", format(of: sound))
        if self == .fact { chunks.add("fact", ChunkWriter.little(UInt32(truncatingIfNeeded: sound.frames))) }
        if self == .list { chunks.add("LIST", Self.information) }
        let size = chunks.bytes.count + 12 + sound.dataBytes + trailer(of: sound).count
        var header = Array("RIFF".utf8)
        header += ChunkWriter.little(streamingSize ?? UInt32(truncatingIfNeeded: size))
        header += Array("WAVE".utf8)
        header += chunks.bytes
        header += Array("data".utf8)
        header += ChunkWriter.little(streamingSize ?? UInt32(truncatingIfNeeded: sound.dataBytes))
        return header
    }

    /// The bytes after the audio: the pad byte of an odd length and, if the layout has one, a last chunk.
    func trailer(of sound: Sound) -> [UInt8] {
        guard streamingSize == nil else { return [] }
        let pad: [UInt8] = sound.dataBytes.isMultiple(of: 2) ? [] : [0]
        guard self == .trailingList else { return pad }
        var chunks = ChunkWriter()
        chunks.add("LIST", Self.information)
        return pad + chunks.bytes
    }

    private var streamingSize: UInt32? {
        switch self {
        case .streamingZero: 0
        case .streamingMaximum: .max
        default: nil
        }
    }

    private func format(of sound: Sound) -> [UInt8] {
        let tag: UInt16 = sound.encoding == .muLaw ? 7 : 1
        let bits = UInt16(sound.encoding.bytesPerSample * 8)
        let rate = UInt32(VoiceBank.sampleRate)
        var format = ChunkWriter.little(self == .extensible ? 0xFFFE : tag)
        format += ChunkWriter.little(UInt16(sound.channels)) + ChunkWriter.little(rate)
        format += ChunkWriter.little(rate * UInt32(sound.bytesPerFrame))
        format += ChunkWriter.little(UInt16(sound.bytesPerFrame)) + ChunkWriter.little(bits)
        if self == .extensible {
            let speakers: UInt32 = sound.channels == 2 ? 3 : 4
            format += ChunkWriter.little(UInt16(22)) + ChunkWriter.little(bits) + ChunkWriter.little(speakers)
            format += ChunkWriter.little(tag) + Self.subformatTail
        } else if sound.encoding == .muLaw {
            format += ChunkWriter.little(UInt16(0))
        }
        return format
    }

    /// The fixed end of every subformat GUID that wraps an old format tag.
    private static let subformatTail: [UInt8] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]

    private static let information: [UInt8] = {
        var chunks = ChunkWriter()
        chunks.add("ISFT", Array("simulated recorder".utf8))
        return Array("INFO".utf8) + chunks.bytes
    }()
}

/// RIFF chunks one after another: four letters, a length, the content, and a pad byte if the length is odd.
private struct ChunkWriter {
    private(set) var bytes: [UInt8] = []

    mutating func add(_ name: String, _ content: [UInt8]) {
        bytes += Array(name.utf8) + Self.little(UInt32(content.count)) + content
        if !content.count.isMultiple(of: 2) { bytes.append(0) }
    }

    static func little(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}
