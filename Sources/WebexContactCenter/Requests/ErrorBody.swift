import Foundation
import Recordings

/// What can be read from the body of an error, in any of its forms (wxcc-api 3.6 and 4.2).
struct ErrorBody: Sendable, Equatable {
    /// The provider's own message, on one line, shortened; `nil` if it said nothing readable.
    var text: String?
    var trackingID: String?

    private static let longestText = 300

    /// Reads `body` without ever failing.
    init(_ body: Data) {
        if let json = try? JSONReader.value(of: body), json.isObject {
            self.init(json)
        } else {
            let plain = String(decoding: body.prefix(4096), as: UTF8.self)
            let isMarkup = plain.drop(while: \.isWhitespace).first == "<"
            self.init(text: Self.oneLine([isMarkup ? Self.textOfMarkup(plain) : plain]))
        }
    }

    private init(text: String?) {
        self.text = text
    }

    /// Reads an error that is part of an answer, such as that of one item of many (wxcc-api 10.4).
    init(_ json: JSONValue) {
        text = Self.oneLine(Self.texts(in: json))
        trackingID = Self.oneLine([json["trackingId"]?.text].compactMap(\.self))
    }

    /// Whether the provider complains about the token and not about the request: it answers some of these with 400.
    var speaksOfAuthorization: Bool {
        guard let words = text?.lowercased() else { return false }
        return ["authoriz", "authoris", "authentic", "access token", "bearer"].contains { words.contains($0) }
    }

    /// Every sentence in the known places, from the outermost to the innermost, each once.
    private static func texts(in json: JSONValue) -> [String] {
        var texts: [String] = []
        for name in ["message", "error", "error_description", "errors", "reason", "description"] {
            guard let found = json[name] else { continue }
            for text in sentences(in: found) where !texts.contains(text) { texts.append(text) }
        }
        // What prevents a change: `"references":[{"id":…,"name":…}]`.
        let users = json["references"]?.elements?.compactMap { $0["name"]?.text ?? $0["id"]?.text } ?? []
        if !users.isEmpty { texts.append("referenced by " + users.joined(separator: ", ")) }
        return texts
    }

    private static func sentences(in value: JSONValue) -> [String] {
        switch value {
        case .string, .number: [value.text].compactMap(\.self)
        case .array(let elements): elements.flatMap(sentences)
        case .object: texts(in: value)
        case .null, .bool: []
        }
    }

    /// A gateway's page or an object store's XML, without its tags.
    private static func textOfMarkup(_ page: String) -> String {
        var text = ""
        var isInTag = false
        for character in page {
            switch character {
            case "<":
                isInTag = true
                text.append(" ")
            case ">": isInTag = false
            default: if !isInTag { text.append(character) }
            }
        }
        return text
    }

    private static func oneLine(_ texts: [String]) -> String? {
        let words = texts.joined(separator: ": ").split {
            $0.isWhitespace || $0.isNewline || $0.unicodeScalars.contains(where: isControl)
        }
        let line = SignedText.redact(words.joined(separator: " "))
        guard !line.isEmpty else { return nil }
        return line.count > longestText ? line.prefix(longestText) + "…" : line
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .control
    }
}
