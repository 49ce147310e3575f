import Recordings

/// The peaks of a recording for drawing: the lowest and the highest sample of each channel in each of equal stretches.
struct Waveform: Sendable, Hashable {
    /// How many stretches there are at most.
    static let mostPoints = 2000

    var sampleRate: Int
    var channels: Int
    /// How many samples of a channel a stretch has.
    var samplesPerPoint: Int64
    var milliseconds: Int64
    /// The lowest and the highest sample, as 8 bits, of each channel in turn, stretch by stretch.
    var peaks: [Int8] = []

    /// Collects the peaks of a recording from its bytes, in order.
    struct Reader {
        /// How many of the first bytes are needed to know where the sound is.
        private static let headBytes = 64 << 10
        /// How many channels are drawn at most.
        private static let mostChannels = 8

        private let byteCount: Int64
        private var head: [UInt8] = []
        private var sound: WaveSound?
        private var waveform: Waveform?
        /// The bytes of a frame that continues in the next piece.
        private var rest: [UInt8] = []
        private var place: Int64 = 0
        private var isHeadRead = false
        private var frame: Int64 = 0
        private var lows: [Int16] = []
        private var highs: [Int16] = []

        /// - Parameter byteCount: the recording's.
        init(byteCount: Int64) {
            self.byteCount = byteCount
        }

        /// Whether the bytes so far show that they cannot be decoded.
        private(set) var isUnreadable = false

        /// Takes the next bytes.
        mutating func take(_ bytes: UnsafeRawBufferPointer) {
            guard !isHeadRead else { return takeSound(bytes) }
            head.append(contentsOf: bytes)
            guard head.count >= min(Int64(Self.headBytes), byteCount) else { return }
            isHeadRead = true
            guard let sound = WaveSound(prefix: head, byteCount: byteCount), sound.frameCount > 0,
                sound.format.channels <= Self.mostChannels
            else {
                isUnreadable = true
                return
            }
            self.sound = sound
            let points = Int64(Waveform.mostPoints)
            waveform = Waveform(
                sampleRate: sound.format.sampleRateHertz,
                channels: sound.format.channels,
                samplesPerPoint: (sound.frameCount + points - 1) / points,
                milliseconds: sound.format.durationMilliseconds
            )
            reset()
            let read = head
            head = []
            read.withUnsafeBytes { takeSound($0) }
        }

        private mutating func takeSound(_ bytes: UnsafeRawBufferPointer) {
            guard let sound else { return }
            let begin = max(sound.range.lowerBound, place)
            let end = min(sound.range.upperBound, place + Int64(bytes.count))
            defer { place += Int64(bytes.count) }
            guard begin < end else { return }
            var piece = UnsafeRawBufferPointer(rebasing: bytes[Int(begin - place)..<Int(end - place)])
            if !rest.isEmpty {
                let missing = min(sound.frameBytes - rest.count, piece.count)
                rest.append(contentsOf: piece[..<missing])
                piece = UnsafeRawBufferPointer(rebasing: piece[missing...])
                guard rest.count == sound.frameBytes else { return }
                let whole = rest
                rest = []
                whole.withUnsafeBytes { add($0, sound) }
            }
            let whole = piece.count / sound.frameBytes * sound.frameBytes
            add(UnsafeRawBufferPointer(rebasing: piece[..<whole]), sound)
            rest = Array(piece[whole...])
        }

        private mutating func add(_ frames: UnsafeRawBufferPointer, _ sound: WaveSound) {
            let last = sound.format.channels - 1
            let length = waveform?.samplesPerPoint ?? 1
            sound.forEachSample(in: frames) { channel, sample in
                if sample < lows[channel] { lows[channel] = sample }
                if sample > highs[channel] { highs[channel] = sample }
                guard channel == last else { return }
                frame += 1
                if frame % length == 0 { flush() }
            }
        }

        private mutating func flush() {
            for (low, high) in zip(lows, highs) {
                waveform?.peaks.append(Int8(low >> 8))
                waveform?.peaks.append(Int8(high >> 8))
            }
            reset()
        }

        private mutating func reset() {
            let channels = waveform?.channels ?? 0
            lows = Array(repeating: .max, count: channels)
            highs = Array(repeating: .min, count: channels)
        }

        /// The waveform, once all bytes were taken; `nil` if they cannot be decoded.
        mutating func finish() -> Waveform? {
            guard let length = waveform?.samplesPerPoint else { return nil }
            if frame % length != 0 { flush() }
            return waveform
        }
    }
}

/// The waveform of a recording as JSON, in the form of audiowaveform (BBC), version 2, which players know.
struct WaveformLine: Encodable {
    let waveform: Waveform

    private enum CodingKeys: String, CodingKey {
        case type, version, channels, bits, length, data
        case sampleRate = "sample_rate"
        case samplesPerPixel = "samples_per_pixel"
        case milliseconds = "duration_ms"
    }

    func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: CodingKeys.self)
        try line.encode("waveform", forKey: .type)
        try line.encode(2, forKey: .version)
        try line.encode(waveform.channels, forKey: .channels)
        try line.encode(waveform.sampleRate, forKey: .sampleRate)
        try line.encode(waveform.samplesPerPoint, forKey: .samplesPerPixel)
        try line.encode(8, forKey: .bits)
        try line.encode(waveform.peaks.count / max(1, 2 * waveform.channels), forKey: .length)
        try line.encode(waveform.milliseconds, forKey: .milliseconds)
        try line.encode(waveform.peaks, forKey: .data)
    }
}
