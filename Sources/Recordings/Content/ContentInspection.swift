/// What a received file is, judged by its first bytes. Pure: it reads only the bytes that it is given.
///
/// A media host sometimes answers 200 with an error page (wxcc-api 6.5), and a broken connection can look like a proper
/// end. So a recording has to begin like audio, and the sizes in a WAVE file have to agree with its bytes
/// (``WaveHeader``, which says that a file is shorter than its header promises).
package enum ContentInspection: Hashable, Sendable {
    /// A WAVE file. The suspicion says, in one line, how its header and its bytes disagree; `nil` if they agree.
    case audio(AudioFormat, suspicion: String?)
    /// Audio, or audio and video, in another container, such as `ogg-opus`, `mp3`, `mp4`, `w64`; its sizes are not
    /// checked.
    case otherAudio(container: String)
    /// Not audio: what it seems to be, and what it begins with, safe to print.
    case notAudio(NotAudio, beginning: String)

    /// What a file without audio is: `text` in any encoding, or `unknown` if it is neither text nor a known format.
    package enum NotAudio: String, Hashable, Sendable, CaseIterable {
        case empty, html, json, xml, text, unknown
    }

    /// Looks at a received file.
    /// - Parameters:
    ///   - prefix: its first bytes; 64 KiB are enough for any known header.
    ///   - byteCount: how many bytes it has in all.
    ///   - statedDuration: how long the recording lasts, according to the provider. This and the sound often differ
    ///     somewhat (wxcc-api 6.6), so it counts only if the header does not give the length, or if half is missing.
    package static func inspect(
        prefix: [UInt8],
        byteCount: Int64,
        statedDuration: Duration? = nil
    ) -> ContentInspection {
        guard !prefix.isEmpty, byteCount > 0 else { return .notAudio(.empty, beginning: "") }
        // Whatever can be read as text is text, no matter what it begins with: hardly any audio has no zeros or other
        // control characters. Only if the text is a guess, a complete header or consecutive frames count more.
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

    /// The first few characters, in ASCII, without the rest of a URL after its scheme, which could be a secret.
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

extension ContentInspection.NotAudio {
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
