/// The fields that a document asks of each record, as a tree, because a provider that does not know one of them refuses
/// all of them: what it does not know can be taken out.
struct SearchSelection: Sendable, Hashable {
    /// A field, and what is asked of it where it is an object.
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

    /// In the words of GraphQL: `id lastQueue { id name }`.
    var text: String { Self.text(fields) }

    private static func text(_ fields: [Field]) -> String {
        fields.map { $0.parts.isEmpty ? $0.name : "\($0.name) { \(text($0.parts)) }" }.joined(separator: " ")
    }

    /// Takes one field out, and an object that has nothing left with it.
    /// - Parameter path: the names from a record's own field on.
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
