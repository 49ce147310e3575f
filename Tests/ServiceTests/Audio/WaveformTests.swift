import Files
import Foundation
import Recordings
import TestSupport
import Testing

@testable import Service

/// Peaks, compared with those of the samples that SoX decodes.
@Suite struct `A waveform` {
    private static func hasSoX() -> Bool { (try? Tool.run("sox", "--version").status) == 0 }

    /// A WAVE file of speech-like sound in one of the codings.
    private static func make(_ folder: TemporaryFolder, _ coding: [String], channels: Int, seconds: Double) throws
        -> [UInt8]
    {
        let path = "\(folder.path)/made.wav"
        let tones = (0..<channels).flatMap { ["sine", "\(200 + 150 * $0)-\(900 + 300 * $0)"] }
        let made = try Tool.run(
            "sox",
            ["-D", "-R", "-n", "-r", "8000", "-c", "\(channels)"] + coding + [path, "synth", "\(seconds)"] + tones
                + ["tremolo", "3", "80", "vol", "0.7"]
        )
        try #require(made.status == 0, "\(made.output)")
        return Array(try Data(contentsOf: URL(filePath: path)))
    }

    /// What SoX decodes from a file: 16-bit samples, channel by channel.
    private static func samples(_ folder: TemporaryFolder) throws -> [Int16] {
        let raw = "\(folder.path)/made.raw"
        let outcome = try Tool.run(
            "sox",
            ["-D", "\(folder.path)/made.wav", "-t", "raw", "-e", "signed", "-b", "16", "-L", raw]
        )
        try #require(outcome.status == 0, "\(outcome.output)")
        let bytes = try Data(contentsOf: URL(filePath: raw))
        return stride(from: 0, to: bytes.count - 1, by: 2).map { place in
            Int16(bitPattern: UInt16(bytes[place]) | UInt16(bytes[place + 1]) << 8)
        }
    }

    private static func waveform(_ bytes: [UInt8], pieces: Int) -> Waveform? {
        var reader = Waveform.Reader(byteCount: Int64(bytes.count))
        var place = 0
        while place < bytes.count {
            let end = min(place + pieces, bytes.count)
            bytes[place..<end].withUnsafeBytes { reader.take($0) }
            place = end
        }
        return reader.finish()
    }

    private static let codings: [[String]] = [
        ["-e", "unsigned", "-b", "8"], ["-e", "signed", "-b", "16"], ["-e", "signed", "-b", "24"],
        ["-e", "signed", "-b", "32"], ["-e", "float", "-b", "32"], ["-e", "mu-law"], ["-e", "a-law"],
        ["-B", "-e", "signed", "-b", "16"],
    ]

    @Test(.needs("sox", hasSoX()), arguments: codings, [1, 2])
    func `has the lowest and highest samples that SoX finds`(_ coding: [String], _ channels: Int) async throws {
        let folder = try TemporaryFolder()
        let (bytes, samples) = try await BlockingWork.run { _ throws(any Error) in
            (
                try Self.make(folder, coding, channels: channels, seconds: 3.3),
                try Self.samples(folder)
            )
        }
        // In pieces that do not end between two frames, and that end in the header.
        let waveform = try #require(Self.waveform(bytes, pieces: 1021))
        #expect(waveform == Self.waveform(bytes, pieces: 128 << 10))
        #expect(waveform.channels == channels && waveform.sampleRate == 8000)
        #expect(abs(waveform.milliseconds - 3300) <= 1)
        let frames = samples.count / channels
        let length = Int(waveform.samplesPerPoint)
        #expect(length == (frames + Waveform.mostPoints - 1) / Waveform.mostPoints)
        var expected: [Int] = []
        for begin in stride(from: 0, to: frames, by: length) {
            for channel in 0..<channels {
                let own = (begin..<min(begin + length, frames)).map { Int(samples[$0 * channels + channel]) }
                expected += [own.min() ?? 0, own.max() ?? 0]
            }
        }
        try #require(waveform.peaks.count == expected.count)
        // SoX rounds where more than 16 bits are shortened to 16.
        let differences = zip(waveform.peaks, expected).map { abs(Int($0) - ($1 >> 8)) }
        #expect(differences.allSatisfy { $0 <= 1 })
        #expect(differences.filter { $0 > 0 }.count * 20 < differences.count)
        #expect(expected.contains { $0 > 8000 } && expected.contains { $0 < -8000 })
    }

    @Test(arguments: [
        Array("ID3".utf8) + Array(repeating: UInt8(0), count: 4000), Array("{\"text\":\"hello\"}".utf8), [],
        Array("RIFF\u{4}\u{0}\u{0}\u{0}WAVE".utf8),
    ])
    func `of what is not decoded does not exist`(_ bytes: [UInt8]) {
        #expect(Self.waveform(bytes, pieces: 100) == nil)
    }

    @Test func `is kept once it was computed, up to a number of bytes`() async throws {
        let cache = WaveformCache(mostBytes: 5000, computingAtOnce: 1)
        let wave = Waveform(
            sampleRate: 8000,
            channels: 1,
            samplesPerPoint: 1,
            milliseconds: 1,
            peaks: Array(repeating: 1, count: 900)
        )
        let digests = try (0..<8).map { number in
            try #require(ContentDigest(bytes: Array(repeating: UInt8(number), count: 32)))
        }
        let computed = Notes<ContentDigest>()
        func ask(_ digest: ContentDigest) async throws -> Waveform? {
            try await cache.waveform(digest) {
                computed.add(digest)
                return wave
            }
        }
        for digest in digests {
            #expect(try await ask(digest) == wave)
            #expect(try await ask(digests[0]) == wave)
            #expect(cache.byteCount <= 5000)
        }
        // The first one was always in use, so the others had to go.
        #expect(computed.all == digests)
        _ = try await ask(digests[1])
        #expect(computed.all.count == digests.count + 1)
    }

    @Test func `is computed once, however many ask at the same time`() async throws {
        let cache = WaveformCache()
        let digest = try #require(ContentDigest(bytes: Array(repeating: 7, count: 32)))
        let computed = Notes<Int>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask {
                    _ = try await cache.waveform(digest) {
                        computed.add(number)
                        await Task.yield()
                        return Waveform(sampleRate: 1, channels: 1, samplesPerPoint: 1, milliseconds: 1)
                    }
                }
            }
            try await group.waitForAll()
        }
        // Two may be computed at a time, and both may have begun before the first was kept.
        #expect((1...2).contains(computed.all.count))
    }

    @Test func `comes by HTTP, with what its audio needs`() async throws {
        let settings = "service: { listen: \"127.0.0.1:0\" }\naudit: { require_reason: true }"
        try await Office.with(settings: settings) { office in
            let key = try await office.key(.reviewer)
            let held = try await Held(office, key: key)
            let path = "\(held.path)/waveform"
            let refused = try await office.ask(path, key: key)
            #expect(refused.status == 403 && refused.problem == "reason_required")
            let reason = [("Callark-Reason", "training")]
            let reply = try await office.ask(path, key: key, headers: reason)
            #expect(reply.status == 200, "\(reply.text)")
            let data = try reply.json["data"]?.list.compactMap { $0.number.map { Int8($0) } } ?? []
            #expect(data == Self.waveform(held.bytes, pieces: 4096)?.peaks && !data.isEmpty)
            let tag = try #require(reply.headers["etag"])
            let again = try await office.ask(path, key: key, headers: reason + [("If-None-Match", tag)])
            #expect(again.status == 304)
            for role in [Role.viewer, .auditor] {
                let other = try await office.ask(path, key: office.key(role), headers: reason)
                #expect(other.status == 403 && other.problem == "role_too_small")
            }
            let bound = try await office.key(.reviewer, organizations: ["beta"])
            #expect(try await office.ask(path, key: bound, headers: reason).status == 404)
        }
    }

    @Test func `of damaged bytes is refused, and the damage noted`() async throws {
        try await Office.with { office in
            let key = try await office.key(.reviewer)
            let held = try await Held(office, key: key)
            try held.damage(at: held.bytes.count / 2)
            let reply = try await office.ask("\(held.path)/waveform", key: key)
            #expect(reply.status == 503 && reply.problem == "damaged")
            let call = held.path.replacing("/\(held.file)", with: "")
            let lines = try await office.ask(call, key: key).json["recordings"]?.list ?? []
            #expect(lines.first { $0["file"] == .text(held.file) }?["state"] == .text("damaged"))
        }
    }
}
