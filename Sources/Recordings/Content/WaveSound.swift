/// Where the sound of a WAVE file is, and how its samples are to be read.
package struct WaveSound: Hashable, Sendable {
    package var format: AudioFormat
    /// The bytes of the sound in the file, in whole frames.
    package var range: Range<Int64>
    /// The number of bytes of one sample of every channel.
    package var frameBytes: Int
    private var coding: Coding

    private enum Coding: Hashable, Sendable {
        case unsigned8
        /// With sign, in this many bytes.
        case signed(bytes: Int, isBigEndian: Bool)
        case float32(isBigEndian: Bool)
        case muLaw, aLaw
    }

    /// - Parameters:
    ///   - prefix: the first bytes of the file; 64 KiB are enough for any known header.
    ///   - byteCount: how many bytes the file has in all.
    /// - Returns: `nil` for a file that is no WAVE file, or has samples that are not read here: compressed ones.
    package init?(prefix: [UInt8], byteCount: Int64) {
        guard let header = WaveHeader(prefix: prefix, byteCount: byteCount), let sound = header.sound,
            sound.lowerBound >= 0, sound.upperBound <= byteCount, header.format.channels > 0,
            header.format.sampleRateHertz > 0,
            let (coding, width) = Self.coding(of: header.format, isBigEndian: header.isBigEndian),
            header.frameBytes == header.format.channels * width
        else { return nil }
        format = header.format
        frameBytes = header.frameBytes
        let frames = Int64(sound.count) / Int64(frameBytes)
        range = sound.lowerBound..<(sound.lowerBound + frames * Int64(frameBytes))
        self.coding = coding
    }

    private static func coding(of format: AudioFormat, isBigEndian: Bool) -> (Coding, width: Int)? {
        switch (format.codec, format.bitsPerSample) {
        case ("pcm", 8): (.unsigned8, 1)
        case ("pcm", 16): (.signed(bytes: 2, isBigEndian: isBigEndian), 2)
        case ("pcm", 24): (.signed(bytes: 3, isBigEndian: isBigEndian), 3)
        case ("pcm", 32): (.signed(bytes: 4, isBigEndian: isBigEndian), 4)
        case ("wave-0x0003", 32): (.float32(isBigEndian: isBigEndian), 4)
        case ("mulaw", 8): (.muLaw, 1)
        case ("alaw", 8): (.aLaw, 1)
        default: nil
        }
    }

    /// How many frames the sound has.
    package var frameCount: Int64 { Int64(range.count) / Int64(frameBytes) }

    /// Reads the samples of whole frames, channel by channel within each frame.
    /// - Parameter body: gets the channel, and the sample as 16 bits.
    package func forEachSample(in bytes: UnsafeRawBufferPointer, _ body: (_ channel: Int, _ sample: Int16) -> Void) {
        let (channels, width) = (format.channels, frameBytes / format.channels)
        var place = 0
        while place + frameBytes <= bytes.count {
            for channel in 0..<channels { body(channel, sample(bytes, at: place + channel * width)) }
            place += frameBytes
        }
    }

    private func sample(_ bytes: UnsafeRawBufferPointer, at place: Int) -> Int16 {
        switch coding {
        case .unsigned8: return (Int16(bytes[place]) - 128) << 8
        case .signed(let count, let isBigEndian):
            // The two most significant bytes.
            let (high, low) = isBigEndian ? (place, place + 1) : (place + count - 1, place + count - 2)
            return Int16(bitPattern: UInt16(bytes[high]) << 8 | UInt16(bytes[low]))
        case .float32(let isBigEndian):
            let raw = bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)
            let value = Float(bitPattern: isBigEndian ? UInt32(bigEndian: raw) : UInt32(littleEndian: raw))
            return value.isFinite ? Int16((min(max(value, -1), 1) * 32767).rounded()) : 0
        case .muLaw: return Self.muLaw(bytes[place])
        case .aLaw: return Self.aLaw(bytes[place])
        }
    }

    /// A sample of ITU-T G.711, µ-law.
    private static func muLaw(_ byte: UInt8) -> Int16 {
        let code = ~byte
        let magnitude = ((Int(code & 0x0f) << 3) + 0x84) << Int(code >> 4 & 7) - 0x84
        return Int16(code & 0x80 == 0 ? magnitude : -magnitude)
    }

    /// A sample of ITU-T G.711, A-law.
    private static func aLaw(_ byte: UInt8) -> Int16 {
        let code = byte ^ 0x55
        let (segment, step) = (Int(code >> 4 & 7), Int(code & 0x0f) << 4)
        let magnitude = segment == 0 ? step + 8 : (step + 0x108) << (segment - 1)
        return Int16(code & 0x80 == 0 ? -magnitude : magnitude)
    }
}
