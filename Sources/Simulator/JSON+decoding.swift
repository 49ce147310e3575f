import Foundation

extension JSON: Decodable {
    /// Reads what a client has sent; members in the order of their names.
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        self =
            if container.decodeNil() {
                .null
            } else if let value = try? container.decode(Bool.self) {
                .boolean(value)
            } else if let value = try? container.decode(Int64.self) {
                .integer(value)
            } else if let value = try? container.decode(Double.self) {
                .number(value)
            } else if let value = try? container.decode(String.self) {
                .string(value)
            } else if let value = try? container.decode([JSON].self) {
                .array(value)
            } else {
                .object(try container.decode([String: JSON].self).sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
            }
    }

    /// The member of that name; `nil` if there is none, or it is null.
    subscript(name: String) -> JSON? {
        guard case .object(let members) = self, let value = members.first(where: { $0.0 == name })?.1
        else { return nil }
        if case .null = value { return nil }
        return value
    }

    var text: String? { if case .string(let value) = self { value } else { nil } }
    var truth: Bool? { if case .boolean(let value) = self { value } else { nil } }
    var number: Int64? { if case .integer(let value) = self { value } else { nil } }
    var elements: [JSON]? { if case .array(let value) = self { value } else { nil } }
}
