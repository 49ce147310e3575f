import Foundation
import Recordings
import Testing

@Suite struct `What a recording is recognized by` {
    private func inspect(_ bytes: [UInt8]) -> ContentInspection {
        ContentInspection.inspect(prefix: Array(bytes.prefix(65_536)), byteCount: Int64(bytes.count))
    }

    private func container(_ bytes: [UInt8]) -> String? {
        guard case .otherAudio(let name) = inspect(bytes) else { return nil }
        return name
    }

    private static let box: [UInt8] = [0, 0, 0, 0x18]

    /// Beginnings of files, according to the formats' own specifications.
    @Test(
        arguments: [
            (Array("fLaC".utf8) + [0, 0, 0, 0x22], "flac"), (Array("#!AMR\n".utf8) + [0x3c, 0], "amr"),
            (Array("#!AMR-WB\n".utf8) + [0x44, 0], "amr-wb"), (Array("#!SILK_V3".utf8) + [0x0c, 0], "silk"),
            (box + Array("ftypM4A ".utf8) + [0, 0, 2, 0], "m4a"), (box + Array("ftypisom".utf8) + [0, 0, 2, 0], "mp4"),
            (box + Array("ftyp3gp4".utf8) + [0, 0, 2, 0], "3gp"), (box + Array("ftypqt  ".utf8) + [0, 0, 2, 0], "mov"),
            ([0, 0, 0, 1] + Array("mdat".utf8) + [0, 0, 0, 0, 0, 1, 0, 0], "mov"),
            (Array("FORM".utf8) + [0, 0, 1, 0] + Array("AIFFCOMM".utf8), "aiff"),
            (Array("RIFF".utf8) + [0, 0, 1, 0] + Array("AVI LIST".utf8), "avi"),
            (
                Array("OggS".utf8) + [0, 2] + [UInt8](repeating: 0, count: 20) + [1, 19] + Array("OpusHead".utf8),
                "ogg-opus"
            ),
            (
                Array("OggS".utf8) + [0, 2] + [UInt8](repeating: 0, count: 20) + [1, 80] + Array("Speex   ".utf8),
                "ogg-speex"
            ),
            (
                Array("OggS".utf8) + [0, 2] + [UInt8](repeating: 0, count: 20) + [1, 80] + Array("fishead\0".utf8),
                "ogg"
            ),
            ([0x1a, 0x45, 0xdf, 0xa3, 0x9f, 0x42, 0x82, 0x84] + Array("webm".utf8), "webm"),
            ([0x1a, 0x45, 0xdf, 0xa3, 0x9f, 0x42, 0x82, 0x88] + Array("matroska".utf8), "matroska"),
            (Array("FLV".utf8) + [1, 5, 0, 0, 0, 9], "flv"), ([0, 0, 1, 0xba, 0x44, 0], "mpeg-ps"),
            (
                [0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11, 0xa6, 0xd9, 0x00, 0xaa, 0x00, 0x62, 0xce, 0x6c, 0, 1],
                "asf"
            ),
        ] as [([UInt8], String)]
    )
    func `is a container's magic number`(beginning: [UInt8], name: String) {
        #expect(container(beginning) == name)
    }

    /// Formats that sox, libsndfile and file write and call by these names; sox has no encoder for some others.
    @Test(arguments: [
        ("w64", "w64"), ("voc", "voc"), ("sph", "sphere"), ("au", "au"), ("ircam", "ircam"), ("aiff", "aiff"),
        ("aifc", "aiff"), ("flac", "flac"), ("ogg", "ogg-vorbis"), ("amr-nb", "amr"), ("caf", "caf"), ("sndt", "sndt"),
        ("8svx", "8svx"), ("maud", "maud"), ("hcom", "hcom"), ("sox", "sox"), ("paf", "paf"), ("avr", "avr"),
        ("pvf", "pvf"), ("prc", "prc"), ("wve", "wve"), ("smp", "smp"), ("txw", "txw"), ("gsrt", "gsrt"),
        ("wv", "wavpack"),
    ])
    func `is what sox writes`(type: String, name: String) throws {
        #expect(try container(sound(type)) == name)
    }

    @Test(arguments: ["gsm", "sln", "ul"]) func `is nothing without a header`(type: String) throws {
        guard case .notAudio(.unknown, _) = inspect(try sound(type)) else {
            Issue.record("\(inspect(try sound(type)))")
            return
        }
    }

    @Test func `is a WAVE header around GSM too`() throws {
        let bytes = try sound("wav", "-e", "gsm-full-rate")
        guard case .audio(let format, nil) = inspect(bytes) else {
            Issue.record("\(inspect(bytes))")
            return
        }
        #expect(format.codec == "wave-0x0031")
    }

    /// Half a second of a tone, written by sox.
    private func sound(_ type: String, _ encoding: String...) throws -> [UInt8] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "callark-sound-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "tone")
        let sox = Process()
        sox.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let depth = encoding.isEmpty && !["gsm", "ul"].contains(type) ? ["-b", "16"] : encoding
        sox.arguments =
            ["sox", "-V1", "-n", "-r", "8000", "-c", "1"] + depth + [
                "-t", type, file.path, "synth", "0.5", "sine", "440",
            ]
        try sox.run()
        sox.waitUntilExit()
        #expect(sox.terminationStatus == 0)
        return Array(try Data(contentsOf: file))
    }

    // MARK: - Frames without a container

    /// MPEG-1 layer III, 128 kbit/s, 44,100 Hz: 417 bytes per frame, or 418 with padding.
    private func frame(_ head: [UInt8] = [0xff, 0xfb, 0x90, 0x64], length: Int = 417) -> [UInt8] {
        head + [UInt8](repeating: 0x55, count: length - head.count)
    }

    private static let tag: [UInt8] = Array("TAG".utf8) + [UInt8](repeating: 0, count: 125)

    @Test func `is frames of MPEG audio that follow one another`() {
        let (frame, padded) = (frame(), frame([0xff, 0xfb, 0x92, 0x64], length: 418))
        for count in [1, 2, 3, 400] {
            #expect(container([[UInt8]](repeating: frame, count: count).flatMap { $0 }) == "mp3", "\(count) frames")
        }
        #expect(container(frame + padded + frame + padded) == "mp3")
        #expect(container(frame + padded + Self.tag) == "mp3")
        #expect(container(frame + frame.prefix(100)) == "mp3")
        // Layer II of MPEG-1 at 48,000 Hz, layer I of it, and layer III of MPEG-2 at 22,050 Hz and of 2.5 at 8,000 Hz.
        let others: [([UInt8], Int, String)] = [
            ([0xff, 0xfd, 0x84, 0xc4], 384, "mp2"), ([0xff, 0xff, 0x44, 0xc4], 128, "mp1"),
            ([0xff, 0xf3, 0x80, 0xc4], 208, "mp3"), ([0xff, 0xe3, 0x18, 0xc4], 72, "mp3"),
        ]
        for (head, length, name) in others {
            #expect(container((0..<5).flatMap { _ in self.frame(head, length: length) }) == name, "\(name)")
        }
    }

    @Test func `is frames of AAC that follow one another`() {
        // ISO/IEC 13818-7, 7.1.2: the length is in bits 30 to 42.
        let frame = frame([0xff, 0xf1, 0x50, 0x80, 0x04, 0x1f, 0xfc], length: 32)
        for count in [1, 2, 3, 100] {
            #expect(container((0..<count).flatMap { _ in frame }) == "aac", "\(count) frames")
        }
        #expect(container(frame + [1, 2, 3] + frame + frame) == nil)
    }

    @Test func `is the frames behind ID3 tags`() {
        func id3(_ size: UInt8, _ high: UInt8 = 0, content: [UInt8]? = nil) -> [UInt8] {
            let length = Int(high) << 7 | Int(size)
            let name = Array("TIT2".utf8)
            return Array("ID3".utf8) + [4, 0, 0, 0, 0, high, size]
                + (content ?? name + [UInt8](repeating: 0, count: length - 4))
        }
        let frames = frame() + frame() + frame()
        #expect(container(id3(60) + frames) == "mp3")
        #expect(container(id3(60) + id3(20) + frames) == "mp3")
        #expect(container(id3(60) + [0, 0, 0] + frames) == "mp3")
        #expect(container(id3(60) + Array("fLaC".utf8) + [0, 0, 0, 0x22]) == "flac")
        #expect(container(id3(60)) == nil)
        #expect(container(id3(60) + [1, 2, 3, 4]) == nil)
        #expect(container(Array("ID3".utf8) + [4, 0]) == nil)
        // A picture larger than the visible part.
        let large: [UInt8] =
            Array("ID3".utf8) + [3, 0, 0, 0, 6, 0, 0] + Array("APIC".utf8) + [UInt8](repeating: 0, count: 98_300)
        #expect(container(large + frames) == "mp3")
    }

    @Test func `is packets of a transport stream`() {
        let packet: [UInt8] = [0x47, 0x40, 0x00, 0x10] + [UInt8](repeating: 0, count: 184)
        #expect(container(packet + packet + packet) == "mpeg-ts")
        #expect(container(packet + packet) == nil)
        #expect(container(packet + packet + [0] + packet) == nil)
    }

    @Test func `is never one frame's mark alone`() {
        let marks: [[UInt8]] = [
            [0xff, 0xfb, 0x90, 0x64], [0xff, 0xf1, 0x50, 0x80], [0xff, 0xf1, 0x50, 0x80, 0x04, 0x1f, 0xfc],
            [0xff, 0xfe],
        ]
        for mark in marks {
            #expect(container(mark) == nil)
            #expect(container(mark + (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 37) }) == nil)
        }
    }

    // MARK: - Text

    static let texts = [
        "Service Unavailable", "<html><body>Sorry</body></html>", #"{"message":"no"}"#,
        "<Error><Code>SlowDown</Code></Error>",
        "RIFFabcdWAVEfmt is how a file begins", "ID3 tags are not here", "OggS", ".snd", "caff",
        "FORMabcdAIFF and so on",
        "    ftypisom", "Gone\r\n", "Zugriff verweigert: keine gültige Anmeldung", "アクセスが拒否されました。しばらくしてからもう一度お試しください。",
        "Доступ запрещён. Обратитесь к администратору.", String(repeating: "GGG0", count: 300),
    ]

    private static let encodings: [(String, [UInt8], String.Encoding)] = [
        ("UTF-8", [], .utf8), ("UTF-8 with a mark", [0xef, 0xbb, 0xbf], .utf8),
        ("UTF-16LE with a mark", [0xff, 0xfe], .utf16LittleEndian),
        ("UTF-16BE with a mark", [0xfe, 0xff], .utf16BigEndian),
        ("UTF-32LE with a mark", [0xff, 0xfe, 0, 0], .utf32LittleEndian),
        ("UTF-32BE with a mark", [0, 0, 0xfe, 0xff], .utf32BigEndian), ("UTF-16LE", [], .utf16LittleEndian),
        ("UTF-16BE", [], .utf16BigEndian), ("UTF-32LE", [], .utf32LittleEndian), ("UTF-32BE", [], .utf32BigEndian),
    ]

    @Test(arguments: texts) func `is no text, in whatever encoding`(_ text: String) throws {
        for (name, mark, encoding) in Self.encodings {
            let bytes = mark + Array(try #require(text.data(using: encoding)))
            guard case .notAudio(let kind, let beginning) = inspect(bytes) else {
                Issue.record("\(text) in \(name) is \(inspect(bytes))")
                continue
            }
            // Without a mark, only text that begins with ASCII can be distinguished from bytes.
            let mayBeUnknown = mark.isEmpty && encoding != .utf8 && !(text.first?.isASCII ?? true)
            #expect(kind != .unknown || mayBeUnknown, "\(text) in \(name)")
            #expect(beginning.allSatisfy { (" "..."~").contains($0) || $0 == "…" })
        }
    }

    @Test func `is no text in an older encoding either`() throws {
        for (text, encoding) in [
            ("Zugriff verweigert, ungültig", String.Encoding.isoLatin1), ("Доступ запрещён к файлу", .windowsCP1251),
        ] {
            let bytes = Array(try #require(text.data(using: encoding)))
            guard case .notAudio(.text, _) = inspect(bytes) else {
                Issue.record("\(text) is \(inspect(bytes))")
                continue
            }
        }
    }

    @Test(arguments: [
        ("<!doctype html>", ContentInspection.NotAudio.html), ("<Error/>", .xml), ("{}", .json), ("Gone", .text),
    ])
    func `is described by what it is, in any encoding`(text: String, kind: ContentInspection.NotAudio) throws {
        for (name, mark, encoding) in Self.encodings {
            let bytes = mark + Array(try #require(text.data(using: encoding)))
            #expect(inspect(bytes) == .notAudio(kind, beginning: text), "\(name)")
        }
    }
}
