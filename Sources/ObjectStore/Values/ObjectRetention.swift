import Foundation

/// Until when a version can be neither changed nor deleted, and whether anyone can lift that.
package struct ObjectRetention: Hashable, Sendable {
    /// How strict the store is.
    package enum Mode: String, Hashable, Sendable, CaseIterable {
        /// No one can shorten it.
        case compliance = "COMPLIANCE"
        /// Only those with a special permission can.
        case governance = "GOVERNANCE"
    }

    package var mode: Mode
    /// Stores know whole seconds: it is rounded up when it is sent.
    package var until: Date

    package init(mode: Mode, until: Date) {
        self.mode = mode
        self.until = until
    }
}
