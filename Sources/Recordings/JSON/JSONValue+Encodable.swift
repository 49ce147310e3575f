import Foundation

extension JSONValue: Encodable {
    /// A string, or the text of a number or a Boolean; for an array or an object its JSON; empty for null.
    package var shown: String {
        switch self {
        case .null: ""
        case .string(let text), .number(let text): text
        case .bool(let flag): flag ? "true" : "false"
        case .array, .object: JSONWriter.text(self)
        }
    }

    /// The value as it is; a number keeps up to 38 decimal digits.
    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .array(let elements):
            var container = encoder.unkeyedContainer()
            for element in elements { try container.encode(element) }
        case .object(let members):
            var container = encoder.container(keyedBy: Name.self)
            for member in members { try container.encode(member.value, forKey: Name(stringValue: member.name)) }
        case .number(let text):
            var container = encoder.singleValueContainer()
            if let number = Int64(text) {
                try container.encode(number)
            } else if let number = Decimal(string: text) {
                try container.encode(number)
            } else {
                try container.encode(text)
            }
        case .null, .bool, .string:
            var container = encoder.singleValueContainer()
            switch self {
            case .bool(let flag): try container.encode(flag)
            case .string(let text): try container.encode(text)
            default: try container.encodeNil()
            }
        }
    }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
