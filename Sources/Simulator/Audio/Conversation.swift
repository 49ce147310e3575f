/// Who speaks when in one recording, and how: drawn from the recording's seed.
struct Conversation: Sendable {
    /// One stretch of a loop of ``VoiceBank``, placed in one channel.
    struct Spurt: Sendable {
        enum Source: Sendable { case voice(Int), music }

        var source: Source
        var channel: Int
        /// Frames from the start of the recording.
        var start: Int
        var frames: Int
        /// Where in the loop it starts.
        var offset: Int
        /// 256 leaves the loudness as it is.
        var gain: Int32
        /// 65,536 leaves the pitch as it is.
        var step: Int
    }

    /// By start.
    let spurts: [Spurt]
    /// Frames of the longest one: how far back a block has to look.
    let longest: Int

    init(_ sound: Sound) {
        var random = SeededRandom(sound.seed, 0x7475_726E)
        var parties = Self.parties(&random, channels: sound.channels)
        var spurts = [Spurt]()
        var time = Int(random.uniform(0.1...0.8) * 8000)
        var speaker = random.below(2)
        let hold = Self.hold(of: sound, &random)
        while time < sound.frames {
            if let hold, spurts.last.map({ $0.start < hold.start }) ?? false, time >= hold.start {
                spurts.append(hold)
                time = hold.start + hold.frames
                continue
            }
            let spurt = parties[speaker].speak(at: time, &random)
            spurts.append(spurt)
            let pause = Int(random.uniform(-0.35...0.9) * 8000)
            time += max(spurt.frames + pause, 1600)
            speaker = random.chance(0.85) ? 1 - speaker : speaker
        }
        self.spurts = spurts
        longest = spurts.reduce(0) { max($0, $1.frames) }
    }

    private struct Party {
        var voice: Int
        var channel: Int
        var gain: Double
        var step: Int

        mutating func speak(at start: Int, _ random: inout SeededRandom) -> Spurt {
            let seconds = min(max(random.logNormal(median: 2, mean: 2.8), 0.35), 9)
            return Spurt(
                source: .voice(voice),
                channel: channel,
                start: start,
                frames: Int(seconds * 8000),
                offset: random.below(VoiceBank.length),
                gain: Int32(gain * random.uniform(0.8...1.2) * 256),
                step: step + random.below(1600) - 800
            )
        }
    }

    private static func parties(_ random: inout SeededRandom, channels: Int) -> [Party] {
        let first = random.below(6)
        let second = (first + 1 + random.below(5)) % 6
        return [first, second].enumerated().map { number, voice in
            Party(
                voice: voice,
                channel: channels == 2 ? number : 0,
                gain: random.uniform(0.55...1.15),
                step: Int(random.uniform(0.9...1.12) * 65_536)
            )
        }
    }

    /// Some longer calls are put on hold once: music from the agent's side.
    private static func hold(of sound: Sound, _ random: inout SeededRandom) -> Spurt? {
        guard sound.frames > 40 * 8000, random.chance(0.3) else { return nil }
        let frames = Int(Double(sound.frames) * random.uniform(0.08...0.3))
        return Spurt(
            source: .music,
            channel: sound.channels - 1,
            start: Int(Double(sound.frames) * random.uniform(0.25...0.6)),
            frames: frames,
            offset: random.below(VoiceBank.length),
            gain: Int32(random.uniform(120...230)),
            step: 65_536
        )
    }
}
