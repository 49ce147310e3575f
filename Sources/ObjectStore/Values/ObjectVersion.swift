import Recordings

/// What a store calls one version of an object: a text that only the store understands.
package struct ObjectVersion: Hashable, Sendable, CodedAsText {
    package let description: String

    /// - Returns: `nil` if `text` is empty, which no version is called.
    package init?(_ text: String) {
        guard !text.isEmpty else { return nil }
        description = text
    }
}
