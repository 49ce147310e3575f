import Recordings

/// Where copies of something are, in words: on this machine's disk, in the vault.
enum Copies {
    /// - Parameter copies: the member `copies`: a list of places.
    /// - Returns: `nil` if there is none.
    static func text(_ copies: JSONValue?, _ words: Words) -> String? {
        let places = copies?.elements?.compactMap(\.text) ?? []
        return places.map { words.code("copy", $0) }.joined(separator: ", ").ifNotEmpty
    }
}
