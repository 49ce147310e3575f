/// This account may not read an organization's tokens. That is no reason to refuse a question about the manifest.
package struct TokensUnavailable: Error, CustomStringConvertible {
    /// Why this account cannot read them.
    package enum Cause: Sendable, Hashable {
        /// The file that keeps them is not readable by this account.
        case permission
        /// A secret of the configuration cannot be read.
        case configuration
    }

    /// The file, or the message about it.
    package var path: String
    package var cause: Cause

    package var description: String { "not readable by this account: \(path)" }
}
