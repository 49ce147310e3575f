import Crypto
import Foundation

/// Generates the bytes of a ``Sound``, from any offset, one block at a time.
///
/// A block depends only on the sound and the block's number, which makes ranges cheap and exact.
struct SoundReader: Sendable {
    /// Frames that are mixed at once; small enough to stay in the cache.
    private static let blockFrames = 8192

    let sound: Sound
    private let conversation: Conversation
    private let header: [UInt8]
    private let trailer: [UInt8]

    init(_ sound: Sound) {
        self.sound = sound
        conversation = Conversation(sound)
        header = sound.layout.header(of: sound)
        trailer = sound.layout.trailer(of: sound)
    }

    var byteCount: Int { header.count + sound.dataBytes + trailer.count }

    /// The bytes from `offset` on: at least one and about `count` of them, or none at the end of the file.
    func bytes(from offset: Int, count: Int) -> Data {
        let end = min(offset + max(count, 1), byteCount)
        guard offset < end else { return Data() }
        let dataEnd = header.count + sound.dataBytes
        if offset < header.count { return Data(header[offset..<min(end, header.count)]) }
        if offset >= dataEnd { return Data(trailer[(offset - dataEnd)..<(end - dataEnd)]) }
        return audio((offset - header.count)..<(min(end, dataEnd) - header.count))
    }

    /// SHA-256 of the whole file.
    func digest() -> SHA256.Digest {
        var hash = SHA256()
        var offset = 0
        while offset < byteCount {
            let part = bytes(from: offset, count: 1 << 18)
            hash.update(data: part)
            offset += part.count
        }
        return hash.finalize()
    }

    private func audio(_ range: Range<Int>) -> Data {
        let blockBytes = Self.blockFrames * sound.bytesPerFrame
        var result = Data(capacity: range.count)
        var mixer = Mixer(sound: sound, conversation: conversation, frames: Self.blockFrames)
        for block in (range.lowerBound / blockBytes)...((range.upperBound - 1) / blockBytes) {
            let start = block * blockBytes
            let wanted = (max(range.lowerBound, start) - start)..<(min(range.upperBound, start + blockBytes) - start)
            mixer.mix(block: block)
            mixer.append(wanted, to: &result)
        }
        return result
    }
}

/// The working storage of one read: a block of each channel, and the same encoded.
private struct Mixer {
    private let sound: Sound
    private let conversation: Conversation
    private let frames: Int
    private let bank = VoiceBank.shared
    private var channels: [[Int16]]
    private var encoded: [UInt8]

    init(sound: Sound, conversation: Conversation, frames: Int) {
        self.sound = sound
        self.conversation = conversation
        self.frames = frames
        channels = Array(repeating: Array(repeating: 0, count: frames), count: sound.channels)
        encoded = Array(repeating: 0, count: frames * sound.bytesPerFrame)
    }

    mutating func mix(block: Int) {
        let start = block * frames
        for channel in channels.indices { layNoise(channel, block: block) }
        let spurts = conversation.spurts
        var index = firstSpurt(endingAfter: start)
        while index < spurts.count, spurts[index].start < start + frames {
            lay(spurts[index], blockStart: start)
            index += 1
        }
        encode()
    }

    func append(_ range: Range<Int>, to data: inout Data) {
        encoded.withUnsafeBytes { data.append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    private func firstSpurt(endingAfter frame: Int) -> Int {
        var low = 0
        var high = conversation.spurts.count
        while low < high {
            let middle = (low + high) / 2
            if conversation.spurts[middle].start + conversation.longest > frame {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return low
    }

    private mutating func layNoise(_ channel: Int, block: Int) {
        var random = SeededRandom(sound.seed, UInt64(block), UInt64(channel))
        var offset = random.below(VoiceBank.length)
        var filled = 0
        while filled < frames {
            let count = min(frames - filled, VoiceBank.length - offset)
            channels[channel].replaceSubrange(filled..<(filled + count), with: bank.noise[offset..<(offset + count)])
            filled += count
            offset = 0
        }
    }

    private mutating func lay(_ spurt: Conversation.Spurt, blockStart: Int) {
        let first = max(spurt.start, blockStart)
        let last = min(spurt.start + spurt.frames, blockStart + frames)
        guard first < last else { return }
        let loop =
            switch spurt.source {
            case .voice(let number): bank.voices[number]
            case .music: bank.music
            }
        var position = (spurt.offset << 16) + (first - spurt.start) * spurt.step
        loop.withUnsafeBufferPointer { loop in
            channels[spurt.channel].withUnsafeMutableBufferPointer { samples in
                for index in (first - blockStart)..<(last - blockStart) {
                    let sample = Int32(loop[(position >> 16) & VoiceBank.mask]) &* spurt.gain
                    samples[index] &+= Int16(truncatingIfNeeded: sample >> 8)
                    position &+= spurt.step
                }
            }
        }
    }

    private mutating func encode() {
        for channel in channels.indices {
            channels[channel].withUnsafeBufferPointer { samples in
                encoded.withUnsafeMutableBytes { output in
                    switch sound.encoding {
                    case .muLaw: Self.encodeMuLaw(samples, into: output, channel, sound.channels)
                    case .pcm16: Self.encodePCM(samples, into: output, channel, sound.channels)
                    }
                }
            }
        }
    }

    private static func encodeMuLaw(
        _ samples: UnsafeBufferPointer<Int16>,
        into output: UnsafeMutableRawBufferPointer,
        _ first: Int,
        _ stride: Int
    ) {
        MuLaw.codes.withUnsafeBufferPointer { codes in
            var place = first
            for sample in samples {
                output[place] = codes[Int(UInt16(bitPattern: sample))]
                place &+= stride
            }
        }
    }

    private static func encodePCM(
        _ samples: UnsafeBufferPointer<Int16>,
        into output: UnsafeMutableRawBufferPointer,
        _ first: Int,
        _ stride: Int
    ) {
        var place = first * 2
        for sample in samples {
            output.storeBytes(of: sample.littleEndian, toByteOffset: place, as: Int16.self)
            place &+= stride * 2
        }
    }
}
