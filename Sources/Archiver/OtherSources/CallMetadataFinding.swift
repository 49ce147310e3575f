/// The result of asking Search about the calls of a window.
package struct CallMetadataFinding: Hashable, Sendable {
    /// Calls about which it said something new.
    package var searched = 0
    /// Why it could not be asked, or not about all of them; `nil` if it was.
    package var absence: String?

    package init() {}
}
