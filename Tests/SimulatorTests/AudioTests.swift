import Crypto
import Foundation
import TestSupport
import Testing

@testable import Simulator

@Suite struct AudioTests {
    private struct Facts: Decodable {
        var channels: Int
        var frames: Int
        var rate: Int
        var encoding: String
        var entropy: Double
        var quiet: Double
        var loud: Double
        var peak: Int
        var voiced: Double
    }

    private static let forms: [Sound] = WaveLayout.allCases.flatMap { layout in
        [Sound.Encoding.muLaw, .pcm16].flatMap { encoding in
            [1, 2].map {
                Sound(seed: 40 + UInt64($0), frames: 24_001, encoding: encoding, channels: $0, layout: layout)
            }
        }
    }

    private func content(_ sound: Sound) -> Data {
        let reader = SoundReader(sound)
        var data = Data()
        while data.count < reader.byteCount { data.append(reader.bytes(from: data.count, count: 100_000)) }
        return data
    }

    @Test func `sox decodes every header, encoding and number of channels`() async throws {
        try await withTemporaryFolder { folder in
            let files = try Self.forms.enumerated().map { number, sound in
                let file = folder.appending(path: "\(number).wav")
                try content(sound).write(to: file)
                return file.path()
            }
            let result = try await Tool.finish("python3", [try Fixture.path("wave_facts.py")] + files)
            #expect(result.status == 0)
            let lines = result.text.split(separator: "\n")
            #expect(lines.count == Self.forms.count)
            for (sound, line) in zip(Self.forms, lines) {
                let facts = try JSONDecoder().decode(Facts.self, from: Data(line.utf8))
                #expect(facts.channels == sound.channels && facts.rate == 8000, "\(sound)")
                #expect(facts.encoding == (sound.encoding == .muLaw ? "u-law" : "Signed Integer PCM"), "\(sound)")
                #expect(facts.frames == sound.frames, "\(sound)")
            }
        }
    }

    @Test func `python's own reader agrees on plain PCM`() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "a.wav")
            try content(Sound(seed: 3, frames: 16_000, encoding: .pcm16, channels: 2, layout: .trailingList)).write(
                to: file
            )
            let code =
                "import sys, wave; w = wave.open(sys.argv[1]); print(w.getparams()[:4], len(w.readframes(99999)))"
            let result = try await Tool.finish("python3", ["-c", code, file.path()])
            #expect(result.text == "(2, 2, 8000, 16000) 64000\n")
        }
    }

    @Test func `it is like speech: loud and quiet, voiced, never a constant`() async throws {
        try await withTemporaryFolder { folder in
            let files = try (UInt64(0)..<4).map { seed in
                let file = folder.appending(path: "\(seed).wav")
                let sound = Sound(seed: seed, frames: 160_000, encoding: .pcm16, channels: 1, layout: .plain)
                try content(sound).write(to: file)
                return file.path()
            }
            let result = try await Tool.finish("python3", [try Fixture.path("wave_facts.py")] + files)
            for line in result.text.split(separator: "\n") {
                let facts = try JSONDecoder().decode(Facts.self, from: Data(line.utf8))
                #expect(facts.entropy > 6, "\(line)")
                #expect(facts.peak > 3000 && facts.peak < 32_767, "\(line)")
                #expect((0.05...0.7).contains(facts.quiet), "\(line)")
                #expect((0.2...0.95).contains(facts.loud), "\(line)")
                #expect(facts.voiced > 0.5, "\(line)")
            }
        }
    }

    @Test func `no two recordings are alike, and none repeats itself`() throws {
        let world = try SimulatedWorld(seed: 7, days: ["2025-11-20"], callsPerDay: 100, scale: 0.02)
        let recordings = Simulator(world: world).servedRecordings(virtualAgents: true)
        #expect(Set(recordings.map { $0.sha256() }).count == recordings.count)
        let long = content(Sound(seed: 9, frames: 400_000, encoding: .pcm16, channels: 1, layout: .plain))
        let pieces = stride(from: 44, to: long.count - 2048, by: 2048).map { long[$0..<($0 + 2048)] }
        #expect(Set(pieces).count == pieces.count)
    }

    @Test func `any part equals the same part of the whole`() {
        for sound in [Self.forms[0], Self.forms[7], Self.forms[23]] {
            let (whole, reader) = (content(sound), SoundReader(sound))
            #expect(whole.count == reader.byteCount && whole.count == sound.byteCount)
            var random = SeededRandom(1)
            for _ in 0..<20 {
                let start = random.below(whole.count)
                let part = reader.bytes(from: start, count: 1 + random.below(30_000))
                #expect(!part.isEmpty && part == whole[start..<(start + part.count)])
            }
            #expect(reader.bytes(from: whole.count, count: 10).isEmpty)
            #expect(reader.digest().hex == SHA256.hash(data: whole).hex)
        }
    }

    @Test func `a recording without audio is a header alone`() {
        let sound = Sound(seed: 1, frames: 0, encoding: .muLaw, channels: 1, layout: .plain)
        #expect(content(sound).count == 46)
        #expect(SoundReader(sound).bytes(from: 46, count: 1).isEmpty)
    }

    @Test func `streaming writers leave both sizes at zero or at the maximum`() {
        for (layout, size) in [(WaveLayout.streamingZero, UInt8(0)), (.streamingMaximum, 0xFF)] {
            let data = content(Sound(seed: 1, frames: 8, encoding: .pcm16, channels: 1, layout: layout))
            #expect(data[4..<8].allSatisfy { $0 == size } && data[40..<44].allSatisfy { $0 == size })
        }
    }

    @Test func `µ-law codes decode to within their step of what was encoded`() async throws {
        let samples = stride(from: Int16.min, to: Int16.max - 256, by: 257).map { $0 }
        let codes = Data(samples.map { MuLaw.codes[Int(UInt16(bitPattern: $0))] })
        let arguments = ["-t", "ul", "-r", "8000", "-c", "1", "-", "-t", "raw", "-e", "signed", "-b", "16", "-L", "-"]
        let decoded = try await Tool.finish("sox", arguments, input: codes).output
        #expect(decoded.count == samples.count * 2)
        for (index, sample) in samples.enumerated() {
            let pair = (decoded[decoded.startIndex + index * 2], decoded[decoded.startIndex + index * 2 + 1])
            let found = Int(Int16(bitPattern: UInt16(pair.0) | UInt16(pair.1) << 8))
            #expect(abs(found - Int(sample)) <= max(8, abs(Int(sample)) / 16), "\(sample) became \(found)")
        }
    }
}
