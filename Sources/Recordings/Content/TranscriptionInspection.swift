/// Whether a file is a transcription, judged by its first bytes.
///
/// The provider does not document its transcriptions, and those of other products differ. So this looks for what all of
/// them have, spoken words, and refuses what looks like an error. Anything else is kept with a suspicion, so that a new
/// format is neither lost nor taken for certain.
package enum TranscriptionInspection: Hashable, Sendable {
    /// Spoken words, in a known form.
    case transcription
    /// It may be one.
    case doubtful(String)
    /// An error, a page, an empty file, or no text at all: what it seems to be, in a few words.
    case notTranscription(String)
    /// Neither text nor a known format: what it begins with, safe to print.
    case unknown(beginning: String)

    /// Looks at a received file.
    /// - Parameters:
    ///   - prefix: its first bytes, up to 64 KiB.
    ///   - byteCount: how many it has in all.
    package static func inspect(prefix: [UInt8], byteCount: Int64) -> TranscriptionInspection {
        guard case .notAudio(let kind, let beginning) = ContentInspection.inspect(prefix: prefix, byteCount: byteCount)
        else { return .notTranscription("sound or film") }
        guard kind != .empty, let text = DecodedText(prefix)?.text else {
            return kind == .empty ? .notTranscription("empty") : .unknown(beginning: beginning)
        }
        let content = text.drop(while: \.isWhitespace)
        if content.isEmpty { return .notTranscription("blank") }
        switch kind {
        case .html where content.isTimedText, .xml where content.isTimedText: return .transcription
        case .json where PlainLine(content).hasTimeInBrackets: return inspect(plain: content, beginning)
        case .html, .xml: return .notTranscription("\(kind.rawValue) (begins with \(beginning))")
        case .json: return inspect(json: String(content), isWhole: Int64(prefix.count) == byteCount)
        case .text, .unknown, .empty: return inspect(plain: content, beginning)
        }
    }

    private static func inspect(json: String, isWhole: Bool) -> TranscriptionInspection {
        guard isWhole else {
            // Too large to be an error; the end, which would be needed to read it, has not been kept in memory.
            let names = SpokenJSON.names(inBeginning: json)
            return names ? .transcription : .doubtful("no field in its beginning is one of a transcription")
        }
        guard let value = try? JSONReader.value(of: json) else { return inspect(brokenJSON: json) }
        let evidence = SpokenJSON.evidence(in: value)
        switch (evidence, ErrorJSON.isError(value)) {
        case (.utterances, false), (.text, false): return .transcription
        case (.utterances, true): return .doubtful("it has words that were spoken, and an error beside them")
        case (_, true): return .notTranscription("an error (\(ErrorJSON.summary(value)))")
        case (.emptyList, false): return .doubtful("a transcription without words")
        case (.none, false):
            return SpokenJSON.isFlat(value)
                ? .notTranscription("JSON without any words that were spoken (\(ErrorJSON.summary(value)))")
                : .doubtful("no field of it is one of a transcription")
        }
    }

    /// An error is still an error if something follows it or its end is missing.
    private static func inspect(brokenJSON json: String) -> TranscriptionInspection {
        let isFlat = json.first == "{" && !json.dropFirst().contains { "[{".contains($0) }
        let isError = isFlat || ErrorJSON.names(inBeginning: json)
        return isError && !SpokenJSON.names(inBeginning: json)
            ? .notTranscription("broken JSON without any words that were spoken")
            : .doubtful("it is not well-formed JSON")
    }

    private static func inspect(plain text: Substring, _ beginning: String) -> TranscriptionInspection {
        let lines = text.split(whereSeparator: \.isNewline).prefix(200).map(PlainLine.init)
        if lines[0].isCaptionHeader || lines.prefix(4).contains(where: \.hasTimes) { return .transcription }
        if lines.count(where: \.hasSpeaker) > (lines.count > 1 ? 1 : 0) { return .transcription }
        // Some servers pad their errors with blanks, so that browsers show them.
        let words = text.split(whereSeparator: \.isWhitespace)
        let isShort = words.reduce(0) { $0 + $1.utf8.count + 1 } < 1000
        if isShort, words.count < 3 || PlainLine.errors.contains(where: text.lowercased().contains) {
            return .notTranscription("text (begins with \(beginning))")
        }
        return .doubtful("plain text in which neither speakers nor times are named")
    }
}

extension Substring {
    /// TTML (W3C): the only XML format of captions. Its outermost element says so; a page may have a `tt` too.
    fileprivate var isTimedText: Bool {
        var rest = prefix(4096)
        while let end = rest.endOfPreamble { rest = rest[end...].drop(while: \.isWhitespace) }
        guard rest.first == "<" else { return false }
        let name = rest.dropFirst().prefix { !$0.isWhitespace && $0 != ">" && $0 != "/" }
        return name == "tt" || name.hasSuffix(":tt")
    }

    /// The end of the declaration or comment at the beginning of a document; `nil` if it begins with neither.
    private var endOfPreamble: Index? {
        if hasPrefix("<?") { return firstRange(of: "?>")?.upperBound }
        return hasPrefix("<!--") ? firstRange(of: "-->")?.upperBound : nil
    }
}

/// A line of text, as in captions and written dialogues.
private struct PlainLine {
    /// What short error texts say, in the words of HTTP (RFC 9110), of object stores, of proxies and load balancers.
    static let errors = [
        "error", "not found", "denied", "forbidden", "unauthorized", "unauthorised", "expired", "unavailable",
        "timeout",
        "timed out", "too many requests", "bad gateway", "bad request", "invalid", "no healthy upstream", "not exist",
        "failed", "failure", "exception", "upstream", "http/1", "http/2", "refused", "try again", "not allowed",
    ]

    /// Words before a colon that are not a speaker's name.
    private static let labels: Set<String> = [
        "error", "message", "code", "status", "reason", "exception", "fatal", "warning", "detail", "details",
        "requestid",
        "request id", "title", "type", "date", "server", "http", "https", "url", "caused by",
    ]

    private let text: Substring

    init(_ text: Substring) {
        self.text = text.drop { $0.isWhitespace }
    }

    /// WebVTT (W3C).
    var isCaptionHeader: Bool { text == "WEBVTT" || text.hasPrefix("WEBVTT ") || text.hasPrefix("WEBVTT\t") }

    /// A line of times, as WebVTT, SubRip and SubViewer have it: `00:00:01,000 --> 00:00:02,000`.
    var hasTimes: Bool {
        let parts = text.contains("-->") ? text.split(separator: "-->") : text.split(separator: ",")
        return parts.count >= 2 && parts.prefix(2).allSatisfy { Self.startsWithTime($0.drop { $0.isWhitespace }) }
    }

    /// `[00:01] Hello`, which is not a JSON list, because the time has a colon.
    var hasTimeInBrackets: Bool { text.first == "[" && Self.startsWithTime(text.drop { "[ ".contains($0) }) }

    /// `Agent: Hello`, or `[00:01] Hello`.
    var hasSpeaker: Bool {
        if Self.startsWithTime(text.drop { "[( ".contains($0) }) { return true }
        guard let colon = text.prefix(60).firstIndex(of: ":") else { return false }
        let (name, said) = (text[..<colon], text[text.index(after: colon)...])
        guard name.contains(where: \.isLetter), name.allSatisfy({ !"<>{}=\"/".contains($0) }) else { return false }
        return said.first == " " && said.contains(where: \.isLetter) && !Self.labels.contains(name.lowercased())
    }

    private static func startsWithTime(_ text: some StringProtocol) -> Bool {
        String(text.prefix(9)).wholeMatch(of: /\d{1,2}:\d\d([^0-9].*)?/) != nil
    }
}
