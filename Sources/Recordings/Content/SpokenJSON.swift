/// Signs that a JSON document is a transcription: the member names that speech recognizers and contact centers use for
/// spoken words.
enum SpokenJSON {
    /// From the weakest to the strongest.
    enum Evidence: Comparable {
        /// Nothing in it has to do with speech.
        case none
        /// An empty list of utterances.
        case emptyList
        /// A text in a member that is named like spoken text.
        case text
        /// A list of utterances.
        case utterances
    }

    /// In lower case, without `_` and `-`.
    private static let lists: Set<String> = [
        "utterances", "transcript", "transcripts", "transcription", "transcriptions", "segments", "words", "results",
        "turns", "phrases", "recognizedphrases", "combinedrecognizedphrases", "sentences", "paragraphs", "messages",
        "conversation", "conversations", "dialog", "dialogue", "entries", "chunks", "monologues", "alternatives",
        "captions", "cues", "lines", "speeches", "items", "channels", "nbest", "events", "participants",
    ]
    private static let texts: Set<String> = [
        "text", "transcript", "transcription", "transcripttext", "transcriptiontext", "utterance", "content", "word",
        "display", "displaytext", "lexical", "sentence", "phrase", "caption", "fulltext", "speech",
    ]

    /// - Parameter value: a whole document.
    static func evidence(in value: JSONValue) -> Evidence {
        if let elements = value.elements { return evidence(inList: elements) }
        return evidence(inMembersOf: value)
    }

    private static func evidence(inMembersOf value: JSONValue) -> Evidence {
        guard case .object(let members) = value else { return .none }
        return members.lazy.filter { !ErrorJSON.isErrorName($0.name) }.map(evidence).max() ?? .none
    }

    private static func evidence(in member: JSONMember) -> Evidence {
        let name = plain(member.name)
        switch member.value {
        case .array(let elements): return lists.contains(name) ? evidence(inList: elements) : nested(elements)
        case .object: return evidence(inMembersOf: member.value)
        case .string(let text):
            return texts.contains(name) && text.contains { !$0.isWhitespace } ? .text : .none
        case .null, .bool, .number: return .none
        }
    }

    private static func evidence(inList elements: [JSONValue]) -> Evidence {
        if elements.isEmpty { return .emptyList }
        let isSpoken = elements.contains { element in
            if case .string(let text) = element { return text.contains(where: \.isLetter) }
            return evidence(inMembersOf: element) >= .text
        }
        return isSpoken ? .utterances : nested(elements)
    }

    /// For a list that is not named like speech: one inside it may be.
    private static func nested(_ elements: [JSONValue]) -> Evidence {
        let found = elements.lazy.map { evidence(inMembersOf: $0) }.max() ?? .none
        return found == .text ? .none : found
    }

    /// Whether the beginning of a document has one of the names, as a name.
    static func names(inBeginning json: String) -> Bool {
        names(inText: json).contains { lists.contains($0) || texts.contains($0) }
    }

    /// The words in the places of names, in a text that cannot be read as JSON.
    fileprivate static func names(inText json: String) -> some Sequence<String> {
        json.matches(of: /"([A-Za-z_-]{4,30})"\s*:/).lazy.map { plain(String($0.1)) }
    }

    /// Whether it is one value, or an object of single values, as errors are and transcriptions are not. A value that
    /// is named like an error was not spoken, so it does not count.
    static func isFlat(_ value: JSONValue) -> Bool {
        guard case .object(let members) = value else { return value.elements == nil }
        return members.allSatisfy { ErrorJSON.isErrorName($0.name) || $0.value.elements == nil && !$0.value.isObject }
    }

    static func plain(_ name: String) -> String {
        name.lowercased().filter { $0 != "_" && $0 != "-" }
    }
}

/// Signs that a JSON document is an error: the shapes of the provider's errors (wxcc-api 4.2), of problem details (RFC
/// 9457), of OAuth, of object stores and gateways.
enum ErrorJSON {
    private static let errors: Set<String> = [
        "error", "errors", "fault", "faults", "exception", "problem", "errorcode", "errormessage", "errormsg",
        "errordescription", "errordetails", "errorcause", "errortype", "errorid", "haserror", "iserror", "faultcode",
        "faultstring", "type",
    ]
    private static let successes: Set<String> = ["status", "success", "successful", "ok", "issuccess", "result"]
    private static let codes: Set<String> = [
        "status", "code", "statuscode", "httpstatus", "httpcode", "responsecode", "httpstatuscode",
    ]
    private static let failures: Set<String> = [
        "error", "fail", "failed", "failure", "notfound", "denied", "forbidden", "unauthorized", "false",
    ]

    /// Whether the value with this name describes an error, so that no text in it was spoken.
    static func isErrorName(_ name: String) -> Bool {
        let name = SpokenJSON.plain(name)
        return errors.contains(name) && name != "type"
    }

    /// Whether the beginning of a document has the name of an error, as a name.
    static func names(inBeginning json: String) -> Bool {
        SpokenJSON.names(inText: json).contains(where: isErrorName)
    }

    static func isError(_ value: JSONValue) -> Bool {
        if let elements = value.elements { return !elements.isEmpty && elements.allSatisfy(isError) }
        guard case .object(let members) = value else { return false }
        if members.contains(where: saysError) { return true }
        // Problem details (RFC 9457), and what object stores and gateways say: a code and a message.
        let names = Set(members.map { SpokenJSON.plain($0.name) })
        let isProblem = names.contains("title") && !names.isDisjoint(with: ["detail", "status", "instance", "type"])
        let isCoded = names.contains("message") && !names.isDisjoint(with: ["code", "trackingid", "requestid", "type"])
        return isProblem || isCoded || members.contains { isWrapper($0) && isError($0.value) }
    }

    private static func isWrapper(_ member: JSONMember) -> Bool {
        ["response", "data", "body", "meta", "status", "result"].contains(SpokenJSON.plain(member.name))
            && member.value.isObject
    }

    private static func saysError(_ member: JSONMember) -> Bool {
        let name = SpokenJSON.plain(member.name)
        if isErrorName(name) || member.name == "__type" {
            switch member.value {
            case .null, .bool(false), .array([]), .object([]), .string(""), .number("0"): return false
            case .bool, .array, .object, .string, .number: return true
            }
        }
        if successes.contains(name), case .bool(false) = member.value { return true }
        if successes.contains(name), case .string(let text) = member.value, failures.contains(SpokenJSON.plain(text)) {
            return true
        }
        return codes.contains(name) && (400...599).contains(member.value.integer ?? 0)
    }

    /// The names of its members, safe to print.
    static func summary(_ value: JSONValue) -> String {
        guard case .object(let members) = value.elements?.first ?? value else { return "no object" }
        let names = members.prefix(6).map {
            $0.name.prefix(24).filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        }
        return names.isEmpty ? "empty" : "with " + names.joined(separator: ", ")
    }
}
