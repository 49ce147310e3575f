import Recordings

/// What became of a login at the provider.
package enum ConnectionOutcome: Sendable {
    /// The tokens are kept. `fault` says why the provider did not answer a first request with them; `nil` if it did.
    case connected(_ organization: String, until: Timestamp?, fault: String?)
    /// Nothing was changed.
    case failed(String)
}
