/// A JSON value as it arrived: numbers keep their digits, objects the order of their members.
///
/// Foundation's readers turn numbers into doubles or decimals and drop members that no type names; an archive that
/// keeps the provider's own words must do neither.
package enum JSONValue: Hashable, Sendable {
    /// `null`
    case null
    /// `true` or `false`
    case bool(Bool)
    /// The number's text exactly as it was.
    case number(String)
    /// Text, without its escapes.
    case string(String)
    /// Values in their order.
    case array([JSONValue])
    /// Members in their original order.
    case object([JSONMember])
}

/// One name and value of an object.
package struct JSONMember: Hashable, Sendable {
    /// As written, without escapes; not unique.
    package var name: String
    /// The value of that name.
    package var value: JSONValue

    /// A name and its value.
    package init(_ name: String, _ value: JSONValue) {
        self.name = name
        self.value = value
    }
}

extension JSONValue {
    /// The member called `name`: letter for letter, otherwise in any capitalisation, because the provider's transcripts
    /// use both (wxcc-api 6.2). If a name is repeated, the last one, as in most readers.
    package subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        if let exact = member(name) { return exact }
        let folded = name.lowercased()
        return members.last { $0.name.utf8.count == folded.utf8.count && $0.name.lowercased() == folded }?.value
    }

    /// The member called `name`, letter for letter; if the name is repeated, the last one.
    package func member(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.name == name }?.value
    }

    /// The elements of an array; `nil` for anything else.
    package var elements: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// Whether it is an object.
    package var isObject: Bool {
        guard case .object = self else { return false }
        return true
    }

    /// A string, or the text of a number or a Boolean; `nil` for anything else and for an empty string.
    package var text: String? {
        switch self {
        case .string(let text), .number(let text): text.isEmpty ? nil : text
        case .bool(let flag): flag ? "true" : "false"
        case .null, .array, .object: nil
        }
    }

    /// A whole number written as a number or as a string; `nil` if it has a fraction or does not fit.
    package var integer: Int64? {
        switch self {
        case .number(let text), .string(let text): Int64(text) ?? Self.wholeNumber(text)
        case .null, .bool, .array, .object: nil
        }
    }

    /// A Boolean, written as one, as a string, or as 0 or 1.
    package var flag: Bool? {
        switch self {
        case .bool(let flag): flag
        case .string(let text), .number(let text):
            switch text.lowercased() {
            case "true", "1": true
            case "false", "0": false
            default: nil
            }
        case .null, .array, .object: nil
        }
    }

    /// `1.76e12` and `1760000000123.0` are whole numbers too; beyond 2^53 a double could have lost digits.
    private static func wholeNumber(_ text: String) -> Int64? {
        guard let number = Double(text), number == number.rounded(), abs(number) <= 9_007_199_254_740_992 else {
            return nil
        }
        return Int64(number)
    }
}
