import Foundation
import Recordings
import Testing

@Suite struct ContentInspectionTests {
    private func inspect(_ file: WaveFile, byteCount: Int? = nil) -> ContentInspection {
        inspect(file.bytes, byteCount: byteCount)
    }

    private func inspect(_ bytes: [UInt8], byteCount: Int? = nil) -> ContentInspection {
        ContentInspection.inspect(prefix: Array(bytes.prefix(65_536)), byteCount: Int64(byteCount ?? bytes.count))
    }

    private func format(_ inspection: ContentInspection) throws -> AudioFormat {
        guard case .audio(let format, _) = inspection else {
            throw Unexpected(inspection)
        }
        return format
    }

    private func suspicion(_ inspection: ContentInspection) throws -> String? {
        guard case .audio(_, let suspicion) = inspection else { throw Unexpected(inspection) }
        return suspicion
    }

    private struct Unexpected: Error {
        var inspection: ContentInspection
        init(_ inspection: ContentInspection) { self.inspection = inspection }
    }

    @Test func `a plain file is audio with its format and duration`() {
        let format = AudioFormat(
            codec: "pcm",
            channels: 2,
            sampleRateHertz: 8000,
            bitsPerSample: 16,
            durationMilliseconds: 1000
        )
        #expect(inspect(WaveFile()) == .audio(format, suspicion: nil))
    }

    /// Only the length of the call can reveal that a streaming writer's file ends early.
    @Test(
        arguments: [(nil, nil), (nil, 2500), (UInt32.max, 2500), (UInt32.max, 1900), (0, 2500)] as [(UInt32?, Int64?)]
    )
    func `a length that the header leaves open is compared with the call's`(size: UInt32?, stated: Int64?) throws {
        var file = WaveFile()
        (file.soundSize, file.riffSize) = (size, size)
        let duration = stated.map { Duration.milliseconds($0) }
        let inspection = ContentInspection.inspect(
            prefix: file.bytes,
            byteCount: Int64(file.bytes.count),
            statedDuration: duration
        )
        let expected =
            stated == 2500 && size != nil ? "the header leaves the length open, and 1000 ms of sound are there of" : nil
        #expect(try suspicion(inspection)?.hasPrefix(expected ?? "none") == expected.map { _ in true })
    }

    @Test(arguments: [(6, "alaw"), (7, "mulaw")])
    func `companded sound is eight bits a sample`(tag: Int, codec: String) throws {
        let file = WaveFile(
            tag: tag,
            channels: 1,
            bits: 8,
            formatExtension: [0, 0],
            before: [("fact", [0, 125, 0, 0])]
        )
        let format = try format(inspect(file))
        #expect(format.codec == codec)
        #expect(format.durationMilliseconds == 4000)
        #expect(try suspicion(inspect(file)) == nil)
    }

    @Test(arguments: [(3, 32, "wave-0x0003"), (0x11, 4, "wave-0x0011"), (0x31, 0, "wave-0x0031")])
    func `other formats keep their tag`(tag: Int, bits: Int, codec: String) throws {
        let file = WaveFile(tag: tag, channels: 1, bits: bits, blockAlign: 65, averageBytesPerSecond: 1625)
        #expect(try format(inspect(file)).codec == codec)
        #expect(try suspicion(inspect(file)) == nil)
    }

    @Test func `an average gives the length if samples have no fixed size`() throws {
        let file = WaveFile(tag: 0x31, channels: 1, bits: 0, blockAlign: 65, averageBytesPerSecond: 1600)
        #expect(try format(inspect(file)).durationMilliseconds == 20_000)
    }

    @Test(arguments: [(1, "pcm"), (6, "alaw"), (7, "mulaw"), (0x55, "wave-0x0055")])
    func `an extensible format is what its sub-format says`(subformat: UInt8, codec: String) throws {
        let tail: [UInt8] = [0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71]
        let file = WaveFile(
            tag: 0xfffe,
            formatExtension: [22, 0, 16, 0, 3, 0, 0, 0, subformat, 0, 0, 0] + tail
        )
        #expect(try format(inspect(file)).codec == codec)
    }

    @Test func `an extensible format with a foreign sub-format is no guess`() throws {
        let file = WaveFile(tag: 0xfffe, formatExtension: [22, 0] + [UInt8](repeating: 7, count: 22))
        #expect(try format(inspect(file)).codec == "wave-0xfffe")
    }

    @Test func `chunks before and after the sound do no harm`() throws {
        let odd = [UInt8](repeating: 1, count: 31)
        let file = WaveFile(
            before: [("JUNK", odd), ("LIST", Array("INFOISFT".utf8)), ("bext", [UInt8](repeating: 0, count: 602))],
            after: [("LIST", odd), ("id3 ", odd)]
        )
        #expect(try suspicion(inspect(file)) == nil)
        #expect(try format(inspect(file)).durationMilliseconds == 1000)
    }

    @Test func `big-endian files are read in their own order`() throws {
        let format = try format(inspect(WaveFile(mark: "RIFX", tag: 7, channels: 1, bits: 8)))
        #expect(format.codec == "mulaw")
        #expect(format.sampleRateHertz == 8000)
        #expect(format.durationMilliseconds == 4000)
    }

    @Test func `a 64-bit file has its sizes in a chunk of their own`() throws {
        func sizes(_ whole: UInt64, _ sound: UInt64) -> [UInt8] {
            [whole, sound, sound / 4].flatMap { WaveFile().number($0) } + [0, 0, 0, 0]
        }
        var file = WaveFile(mark: "RF64", soundSize: 0xffff_ffff, riffSize: 0xffff_ffff)
        file.before = [("ds64", sizes(0, 0))]
        file.before = [("ds64", sizes(UInt64(file.bytes.count - 8), 32_000))]
        #expect(try suspicion(inspect(file)) == nil)
        #expect(try format(inspect(file)).durationMilliseconds == 1000)
        file.before = [("ds64", sizes(6_000_000_000, 5_999_999_000))]
        #expect(try suspicion(inspect(file))?.contains("5999999000") == true)
        #expect(try suspicion(inspect(file, byteCount: 6_000_000_008)) == nil)
        file.before = [("ds64", sizes(.max, .max))]
        #expect(try suspicion(inspect(file)) == nil)
    }

    @Test(arguments: [0, 0xffff_ffff, 0x7fff_f000, 0x7fff_ffff] as [UInt32])
    func `a writer that streamed left sizes that say nothing`(size: UInt32) throws {
        let file = WaveFile(soundSize: size, riffSize: size)
        #expect(try suspicion(inspect(file)) == nil)
        #expect(try format(inspect(file)).durationMilliseconds == 1000)
    }

    @Test func `a file that is shorter than it promises is suspect`() throws {
        let file = WaveFile().bytes
        for length in [45, 100, file.count - 2] {
            let suspicion = try suspicion(inspect(Array(file.prefix(length))))
            #expect(suspicion == "the header promises 32000 bytes of sound, and \(length - 44) are there")
        }
        #expect(try format(inspect(Array(file.prefix(16_044)))).durationMilliseconds == 500)
    }

    @Test func `a file that was cut after its sound is suspect`() throws {
        let file = WaveFile(after: [("LIST", [UInt8](repeating: 1, count: 100))]).bytes
        for missing in [1, 2, 50, 107] {
            #expect(try suspicion(inspect(file.dropLast(missing)))?.contains("bytes in all") == true)
        }
    }

    @Test func `a file with more behind it than it says is suspect`() throws {
        let file = WaveFile().bytes + [UInt8](repeating: 9, count: 5000)
        #expect(try suspicion(inspect(file)) == "5000 bytes follow after the end that the header says")
    }

    @Test func `padding that is counted and not there is forgiven`() throws {
        let file = WaveFile(tag: 7, channels: 1, bits: 8, sound: [UInt8](repeating: 1, count: 1601)).bytes
        #expect(try suspicion(inspect(file)) == nil)
        #expect(try suspicion(inspect(file.dropLast(1))) == nil)
        let followed = WaveFile(after: [("LIST", [1, 2]), ("id3 ", [1, 2, 3])]).bytes
        #expect(try suspicion(inspect(followed.dropLast(1))) == nil)
        #expect(try suspicion(inspect(followed.dropLast(2))) != nil)
    }

    @Test func `a file without sound is suspect`() throws {
        #expect(try suspicion(inspect(WaveFile(sound: []))) == "a header without any sound")
        let followed = WaveFile(sound: [], after: [("LIST", [1, 2])])
        #expect(try suspicion(inspect(followed)) == "a header without any sound")
        #expect(try suspicion(inspect(Array("RIFF".utf8) + [4, 0, 0, 0] + Array("WAVE".utf8))) != nil)
    }

    @Test func `sound that begins beyond the inspected bytes does not count against the file`() throws {
        let file = WaveFile(before: [("LIST", [UInt8](repeating: 0, count: 100_000))])
        #expect(try suspicion(inspect(file)) == nil)
        #expect(try format(inspect(file)).durationMilliseconds == 1000)
        let cut = Array(file.bytes.prefix(80_000))
        #expect(try suspicion(inspect(cut)) == "the header ends before the sound begins, after 80000 bytes")
    }

    @Test func `sound without a format is suspect`() throws {
        let body = Array("WAVEdata".utf8) + [4, 0, 0, 0, 1, 2, 3, 4]
        let file = Array("RIFF".utf8) + [UInt8(body.count), 0, 0, 0] + body
        #expect(try suspicion(inspect(file)) == "the sound comes without a format before it")
        #expect(try suspicion(inspect(WaveFile(channels: 0, blockAlign: 2)))?.contains("0 channels") == true)
    }

    @Test func `hostile headers end quickly and never trap`() throws {
        let hostile: [WaveFile] = [
            WaveFile(channels: 65_535, rate: 0xffff_ffff, bits: 65_535, blockAlign: 0, averageBytesPerSecond: 1),
            WaveFile(channels: 65_535, rate: 0xffff_ffff, bits: 65_535, blockAlign: 65_535, averageBytesPerSecond: 0),
            WaveFile(rate: 0, blockAlign: 0, averageBytesPerSecond: 0),
            WaveFile(before: (0..<4000).map { _ in ("JUNK", []) }),
            WaveFile(soundSize: 0xffff_fffe, riffSize: 0xffff_fffe),
        ]
        for file in hostile {
            _ = try format(inspect(file))
            _ = try format(ContentInspection.inspect(prefix: Array(file.bytes.prefix(65_536)), byteCount: .max))
        }
        let endless =
            Array("RIFF".utf8) + [0xff, 0xff, 0xff, 0xff] + Array("WAVE".utf8)
            + Array("LIST".utf8) + [0xff, 0xff, 0xff, 0xff]
        _ = try format(ContentInspection.inspect(prefix: endless, byteCount: .max))
    }

    @Test func `no single byte and no cut of a header makes the inspection trap`() {
        let file = WaveFile(tag: 0xfffe, formatExtension: [22, 0] + [UInt8](repeating: 0, count: 22)).bytes.prefix(128)
        for index in file.indices {
            for value in [0, 1, 0x7f, 0x80, 0xff] as [UInt8] {
                var damaged = Array(file)
                damaged[index] = value
                _ = inspect(damaged)
                _ = inspect(Array(damaged.prefix(index)), byteCount: 1 << 40)
            }
        }
    }

    @Test(arguments: [
        ("<!DOCTYPE html><html>", ContentInspection.NotAudio.html), ("\u{feff}\n <HTML>", .html),
        ("<?xml version=\"1.0\"?>\n<html xmlns=\"…\">", .html),
        ("<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code></Error>", .xml), ("<Error/>", .xml),
        ("{\"message\":\"no\"}", .json), ("  [1]", .json), ("Service Unavailable\n", .text), ("RIF", .text),
        ("RIFF\u{0}\u{0}\u{0}\u{0}WEBPVP8 ", .unknown), ("\u{0}\u{1}\u{2}", .unknown), ("\u{7f}ELF\u{2}", .unknown),
    ])
    func `what is no audio is named for what it is`(content: String, kind: ContentInspection.NotAudio) throws {
        guard case .notAudio(let found, _) = inspect(Array(content.utf8)) else {
            throw Unexpected(inspect(Array(content.utf8)))
        }
        #expect(found == kind)
    }

    @Test func `nothing is empty`() {
        #expect(inspect([]) == .notAudio(.empty, beginning: ""))
        #expect(inspect([], byteCount: 10) == .notAudio(.empty, beginning: ""))
    }

    @Test func `what a file begins with is harmless to print`() throws {
        let content = "\u{1b}[2J see https://host/x?X-Amz-Signature=secret"
        guard case .notAudio(_, let beginning) = inspect(Array(content.utf8)) else { return }
        #expect(beginning == ".[2J see https://…")
    }
}
