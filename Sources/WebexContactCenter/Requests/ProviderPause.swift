/// A wait between two attempts of a call that the provider did not answer.
package struct ProviderPause: Sendable, Hashable {
    /// The call's name, such as `list tasks`.
    package var call: String
    /// Why it is retried.
    package var code: ProviderError.Code
    /// How long no request is sent, or this call is not.
    package var duration: Duration
    /// The number of the next attempt, and of all attempts.
    package var attempt: Int
    package var attempts: Int
}
