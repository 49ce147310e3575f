import Foundation

/// Loops of sound from which calls are mixed: voices, line noise and hold music, 8 kHz, 16 bits.
///
/// Speech is generated once from a source and a filter, like a throat: pulses or noise through three resonances that
/// move from vowel to vowel, under an envelope at the pace of syllables. Mixing is then integer arithmetic.
struct VoiceBank: Sendable {
    static let shared = VoiceBank()
    /// Samples in each loop; a power of two, so that positions wrap with a mask.
    static let length = 1 << 16
    static let mask = length - 1
    static let sampleRate = 8000

    let voices: [[Int16]]
    let noise: [Int16]
    let music: [Int16]

    private init() {
        let pitches: [(pitch: Double, size: Double)] = [
            (98, 0.94), (112, 1.0), (128, 0.97), (176, 1.1), (205, 1.14), (232, 1.19),
        ]
        voices = pitches.enumerated().map { number, voice in
            SpeechMaker(pitch: voice.pitch, size: voice.size, seed: UInt64(number)).loop(Self.length)
        }
        noise = Self.makeNoise()
        music = Self.makeMusic()
    }

    /// Hiss, a little low-passed, and faint mains hum.
    private static func makeNoise() -> [Int16] {
        var random = SeededRandom(0x6E6F_6973)
        var smooth = 0.0
        return (0..<length).map { index in
            smooth += 0.55 * (random.uniform(-1...1) - smooth)
            let hum = sin(2 * .pi * 50 * Double(index) / Double(sampleRate))
            return Int16(smooth * 46 + hum * 7)
        }
    }

    /// A slow broken chord, as hold music.
    private static func makeMusic() -> [Int16] {
        let notes = [262.0, 330, 392, 523, 440, 349, 294, 392]
        let noteLength = length / notes.count
        return (0..<length).map { index in
            let note = notes[index / noteLength]
            let place = Double(index % noteLength) / Double(noteLength)
            let phase = 2 * .pi * note * Double(index) / Double(sampleRate)
            let tone = sin(phase) + 0.4 * sin(2 * phase) + 0.2 * sin(3 * phase)
            return Int16(tone * 2600 * min(1, place * 30) * exp(-1.6 * place))
        }
    }
}

/// One person's way of speaking.
private struct SpeechMaker {
    let pitch: Double
    let size: Double
    let seed: UInt64

    /// The first, second and third formant of the spoken vowels, in hertz.
    private static let vowels: [(Double, Double, Double)] = [
        (730, 1090, 2440), (570, 840, 2410), (440, 1020, 2240), (300, 870, 2240), (660, 1720, 2410), (530, 1840, 2480),
        (390, 1990, 2550), (270, 2290, 3010), (490, 1350, 1690),
    ]

    func loop(_ length: Int) -> [Int16] {
        var random = SeededRandom(0x766F_6963, seed)
        var sound = [Double]()
        sound.reserveCapacity(length)
        while sound.count < length {
            let syllables = 2 + random.below(6)
            for _ in 0..<syllables where sound.count < length { addSyllable(to: &sound, &random) }
            sound.append(contentsOf: repeatElement(0, count: Int(random.uniform(0.03...0.22) * 8000)))
        }
        return levelled(sound.prefix(length))
    }

    private func addSyllable(to sound: inout [Double], _ random: inout SeededRandom) {
        let vowel = Self.vowels.pick(&random)
        var filters = [(vowel.0, 70.0), (vowel.1, 100.0), (vowel.2, 150.0)].map {
            Resonance(frequency: min($0.0 * size, 3700), width: $0.1)
        }
        let count = Int(random.uniform(0.11...0.26) * 8000)
        let breath = Int(random.uniform(0.015...0.06) * 8000)
        let rise = random.uniform(-0.15...0.15)
        var phase = 0.0
        for index in 0..<count {
            let place = Double(index) / Double(count)
            phase += pitch * (1 + rise * place + random.uniform(-0.01...0.01)) / 8000
            var source = random.uniform(-1...1) * (index < breath ? 0.9 : 0.06)
            if phase >= 1 {
                phase -= 1
                source += index < breath ? 0 : 8
            }
            let envelope = sin(.pi * place).squareRoot()
            sound.append(filters.indices.reduce(source) { filters[$1].filter($0) } * envelope)
        }
    }

    /// Removes what a telephone line does not carry (rumble) and brings the loudest sample to a known level.
    private func levelled(_ sound: ArraySlice<Double>) -> [Int16] {
        var last = 0.0
        var output = 0.0
        let passed = sound.map { sample in
            output = 0.86 * (output + sample - last)
            last = sample
            return output
        }
        let peak = passed.reduce(1e-9) { max($0, abs($1)) }
        // The few loudest pulses are clipped, as on a real line, so that speech is not lost below the noise.
        return passed.map { Int16(max(-7800, min(7800, $0 / peak * 26_000))) }
    }
}

/// A two-pole resonance: what a cavity of the throat does to the sound that passes it.
private struct Resonance {
    private let feedback: (Double, Double)
    private let gain: Double
    private var history = (0.0, 0.0)

    init(frequency: Double, width: Double) {
        let radius = exp(-.pi * width / 8000)
        feedback = (2 * radius * cos(2 * .pi * frequency / 8000), -radius * radius)
        gain = 1 - feedback.0 - feedback.1
    }

    mutating func filter(_ input: Double) -> Double {
        let output = gain * input + feedback.0 * history.0 + feedback.1 * history.1
        history = (output, history.0)
        return output
    }
}
