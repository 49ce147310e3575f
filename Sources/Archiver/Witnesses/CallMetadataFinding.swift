/// What asking Search about the calls of a window came to.
package struct CallMetadataFinding: Hashable, Sendable {
    /// Calls of which it told something new.
    package var searched = 0
    /// Why it could not be asked, or not about all; `nil` where it was.
    package var absence: String?

    package init() {}
}
