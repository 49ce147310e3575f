/// The fields that a document requests for each record, as a tree. A provider that does not know one of them refuses
/// all of them, so unknown ones can be removed.
struct SearchSelection: Sendable, Hashable {
    /// A field, and its requested fields if it is an object.
    struct Field: Sendable, Hashable, ExpressibleByStringLiteral {
        var name: String
        var parts: [Field] = []

        init(_ name: String, _ parts: [Field] = []) {
            self.name = name
            self.parts = parts
        }

        init(stringLiteral name: String) { self.init(name) }
    }

    var fields: [Field]

    /// In GraphQL: `id lastQueue { id name }`.
    var text: String { Self.text(fields) }

    private static func text(_ fields: [Field]) -> String {
        fields.map { $0.parts.isEmpty ? $0.name : "\($0.name) { \(text($0.parts)) }" }.joined(separator: " ")
    }

    /// Removes one field, and an object that is left without fields.
    /// - Parameter path: the names, starting with a field of the record.
    /// - Returns: whether it was there.
    mutating func remove(_ path: some Collection<String>) -> Bool {
        Self.remove(path, from: &fields)
    }

    private static func remove(_ path: some Collection<String>, from fields: inout [Field]) -> Bool {
        guard let name = path.first, let place = fields.firstIndex(where: { $0.name == name }) else { return false }
        let rest = path.dropFirst()
        if !rest.isEmpty {
            guard remove(rest, from: &fields[place].parts) else { return false }
            guard fields[place].parts.isEmpty else { return true }
        }
        fields.remove(at: place)
        return true
    }
}
