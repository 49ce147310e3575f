import Recordings

/// Where copies of something are, in words: on this machine's disk, in the vault.
enum Copies {
    /// - Parameter copies: the member `copies`: a list of places, or an object that says of each whether it has one.
    /// - Returns: `nil` if it says nothing.
    static func text(_ copies: JSONValue?, _ words: Words) -> String? {
        guard let copies else { return nil }
        let named = copies.elements?.compactMap(\.text) ?? ["disk", "vault"].filter(copies.isTrue)
        return named.map { words.code("copy", $0) }.joined(separator: ", ").ifNotEmpty
    }
}
