/// What the first bytes of a received file show it to be. Pure: it reads nothing but the bytes it is given.
///
/// A media host answers 200 with an error page often enough (wxcc-api 6.5), and a cut connection can look like an end.
/// So what is kept as a recording has to begin as audio, and a WAVE file's own sizes have to agree with its bytes.
package enum WaveInspection: Hashable, Sendable {
    /// A WAVE file. The suspicion says, in one line, in what its header and its bytes disagree; `nil` where they agree.
    case audio(AudioFormat, suspicion: String?)
    /// Audio in another container, such as `ogg`, `mp3`, `mp4`, `flac`; its sizes are not looked into.
    case otherAudio(container: String)
    /// No audio: what it seems to be, and what it begins with, harmless to print.
    case notAudio(NotAudio, beginning: String)

    /// What a file is that is no audio.
    package enum NotAudio: String, Hashable, Sendable, CaseIterable {
        case empty, html, json, xml, text, unknown
    }

    /// Looks at a received file.
    /// - Parameters:
    ///   - prefix: its first bytes; 64 KiB are enough for any header that is known.
    ///   - byteCount: how many bytes it has in all.
    ///   - statedDuration: how long the provider says that it lasts. Its word and the sound often differ somewhat
    ///     (wxcc-api 6.6), so that it counts only where the header leaves the length open, and where half is missing.
    package static func inspect(
        prefix: [UInt8],
        byteCount: Int64,
        statedDuration: Duration? = nil
    ) -> WaveInspection {
        guard !prefix.isEmpty, byteCount > 0 else { return .notAudio(.empty, beginning: "") }
        if let wave = WaveHeader(prefix: prefix, byteCount: byteCount) {
            return .audio(wave.format, suspicion: wave.suspicion ?? shortness(of: wave, statedDuration))
        }
        if let container = ContainerSignature.name(of: prefix) { return .otherAudio(container: container) }
        return .notAudio(NotAudio(prefix), beginning: Self.printable(prefix))
    }

    private static func shortness(of wave: WaveHeader, _ statedDuration: Duration?) -> String? {
        guard !wave.declaresLength, let stated = statedDuration?.milliseconds,
            wave.format.durationMilliseconds < stated / 2
        else { return nil }
        return "the header leaves the length open, and \(wave.format.durationMilliseconds) ms of sound are there of "
            + "a recording of \(stated) ms"
    }

    /// The first few characters, in ASCII, without what follows a URL's scheme: that could be a secret.
    private static func printable(_ bytes: [UInt8]) -> String {
        let text = bytes.prefix(48).map { (0x20...0x7e).contains($0) ? Character(UnicodeScalar($0)) : "." }
        var shown = String(text)
        if let scheme = shown.firstRange(of: "://") { shown = String(shown[..<scheme.upperBound]) + "…" }
        return shown
    }
}

extension WaveInspection.NotAudio {
    fileprivate init(_ prefix: [UInt8]) {
        let isMarked = prefix.starts(with: [0xef, 0xbb, 0xbf])
        let start = prefix.prefix(1024).dropFirst(isMarked ? 3 : 0).drop { [0x20, 0x09, 0x0a, 0x0d].contains($0) }
        let text = String(decoding: start, as: UTF8.self).lowercased()
        self =
            if text.hasPrefix("<") {
                ["<!doctype html", "<html", "<head", "<body", "<script"].contains(where: text.contains) ? .html : .xml
            } else if text.hasPrefix("{") || text.hasPrefix("[") {
                .json
            } else if start.allSatisfy({ $0 >= 0x20 || [0x09, 0x0a, 0x0d].contains($0) }), !text.contains("\u{fffd}") {
                .text
            } else {
                .unknown
            }
    }
}

/// How containers of audio other than WAVE begin.
private enum ContainerSignature {
    private static let fixed: [(offset: Int, bytes: [UInt8], name: String)] = [
        (0, Array("OggS".utf8), "ogg"),
        (0, Array("fLaC".utf8), "flac"),
        (0, Array("#!AMR".utf8), "amr"),
        (0, Array("ID3".utf8), "mp3"),
        (0, Array(".snd".utf8), "au"),
        (0, Array("caff".utf8), "caf"),
        (0, [0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11], "asf"),
        (4, Array("ftypM4A".utf8), "m4a"),
        (4, Array("ftyp".utf8), "mp4"),
        (8, Array("AIFF".utf8), "aiff"),
        (8, Array("AIFC".utf8), "aiff"),
    ]

    static func name(of prefix: [UInt8]) -> String? {
        if let found = fixed.first(where: { prefix.dropFirst($0.offset).starts(with: $0.bytes) }) { return found.name }
        if prefix.starts(with: [0x1a, 0x45, 0xdf, 0xa3]) {
            return prefix.prefix(64).firstRange(of: Array("webm".utf8)) != nil ? "webm" : "matroska"
        }
        return frames(prefix)
    }

    /// MPEG audio without a container begins with a frame's own header: eleven bits that are set, then fields of which
    /// some values are reserved.
    private static func frames(_ prefix: [UInt8]) -> String? {
        guard prefix.count >= 4, prefix[0] == 0xff, prefix[1] & 0xe0 == 0xe0 else { return nil }
        if prefix[1] & 0xf6 == 0xf0 { return "aac" }
        let (version, layer) = (prefix[1] >> 3 & 3, prefix[1] >> 1 & 3)
        let (bitRate, sampleRate) = (prefix[2] >> 4, prefix[2] >> 2 & 3)
        return version != 1 && layer != 0 && bitRate != 15 && sampleRate != 3 ? "mp3" : nil
    }
}
