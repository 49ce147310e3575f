/// What the first bytes of a received file show it to be. Pure: it reads nothing but the bytes it is given.
///
/// A media host answers 200 with an error page often enough (wxcc-api 6.5), and a cut connection can look like an end.
/// So what is kept as a recording has to begin as audio, and a WAVE file's own sizes have to agree with its bytes.
package enum WaveInspection: Hashable, Sendable {
    /// A WAVE file. The suspicion says, in one line, in what its header and its bytes disagree; `nil` where they agree.
    case audio(AudioFormat, suspicion: String?)
    /// Sound, or sound and film, in another container, such as `ogg-opus`, `mp3`, `mp4`, `w64`; its sizes are not looked
    /// into.
    case otherAudio(container: String)
    /// No audio: what it seems to be, and what it begins with, harmless to print.
    case notAudio(NotAudio, beginning: String)

    /// What a file is that is no audio: `text` in any encoding, `unknown` what is neither text nor known.
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
        // What reads as text is text, whatever it begins with: hardly any audio does without zeros or other controls.
        // Only where the text is a guess, a whole header or frames that follow one another say more than it does.
        let text = DecodedText(prefix)
        let mayBeSound = text?.isGuess ?? true
        if mayBeSound, let wave = WaveHeader(prefix: prefix, byteCount: byteCount) {
            return .audio(wave.format, suspicion: wave.suspicion ?? shortness(of: wave, statedDuration))
        }
        if text == nil, let container = ContainerSignature.name(of: prefix, byteCount: byteCount) {
            return .otherAudio(container: container)
        }
        if mayBeSound, let frames = MPEGFrames.name(of: prefix[...], byteCount: byteCount) {
            return .otherAudio(container: frames)
        }
        return .notAudio(NotAudio(text), beginning: text.map { printable($0.text) } ?? printable(prefix))
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
        printable(String(decoding: bytes.prefix(48).map { $0 < 0x80 ? $0 : 0x2e }, as: UTF8.self))
    }

    private static func printable(_ text: String) -> String {
        var shown = String(
            text.unicodeScalars.prefix(48).map { (0x20...0x7e).contains($0.value) ? Character($0) : "." }
        )
        if let scheme = shown.firstRange(of: "://") { shown = String(shown[..<scheme.upperBound]) + "…" }
        return shown
    }
}

extension WaveInspection.NotAudio {
    fileprivate init(_ text: DecodedText?) {
        guard let text = text?.text.drop(while: \.isWhitespace).prefix(1024).lowercased() else {
            self = .unknown
            return
        }
        self =
            if text.hasPrefix("<") {
                ["<!doctype html", "<html", "<head", "<body", "<script"].contains(where: text.contains) ? .html : .xml
            } else if text.hasPrefix("{") || text.hasPrefix("[") {
                .json
            } else {
                .text
            }
    }
}
