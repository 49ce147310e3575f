/// A text that must never be shown: printing, logging or dumping it gives `•••`.
package struct Secret: Sendable, Hashable {
    /// The text itself, for the one place that sends or stores it.
    package let value: String

    /// Hides `value`.
    package init(_ value: String) {
        self.value = value
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always `•••`.
    package var description: String { "•••" }
    /// Always `•••`.
    package var debugDescription: String { description }
    /// Nothing, so that `dump` shows nothing either.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
