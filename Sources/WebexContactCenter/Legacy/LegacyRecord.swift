import Recordings

/// One legacy record, with all its fields (wxcc-api 13.4).
package struct LegacyRecord: Sendable, Hashable {
    package let type: LegacyRecordType
    /// The fields in their original order.
    package let fields: [JSONMember]

    /// - Returns: `nil` if `json` is not an object, or has no fields.
    init?(_ type: LegacyRecordType, _ json: JSONValue) {
        guard case .object(let members) = json, !members.isEmpty else { return nil }
        self.type = type
        fields = members
    }

    /// The complete record as JSON.
    package var json: JSONValue { .object(fields) }

    /// The same as an archive may keep it.
    package var kept: ProviderJSON { json.kept }

    /// The text of a field, or its number as text; `nil` if it is missing, null or empty.
    package func text(_ name: String) -> String? { json[name]?.text }

    /// The whole number of a field.
    package func integer(_ name: String) -> Int64? { json[name]?.integer }

    /// A time that a field has in epoch milliseconds; `nil` if it is missing, or means none.
    package func time(_ name: String) -> Timestamp? {
        guard let milliseconds = integer(name), milliseconds > 0 else { return nil }
        return Timestamp(millisecondsSince1970: milliseconds)
    }

    /// The record in an answer about one record: an object, or a list or a `data` member with only that object.
    /// - Returns: `nil` if there is none.
    static func only(_ type: LegacyRecordType, in answer: JSONValue) -> LegacyRecord? {
        if let elements = answer.elements ?? answer["data"]?.elements {
            return elements.count == 1 ? LegacyRecord(type, elements[0]) : nil
        }
        return LegacyRecord(type, answer)
    }
}
