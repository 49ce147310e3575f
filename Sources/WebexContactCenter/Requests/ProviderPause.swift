/// A wait between two tries of a call that the provider did not answer.
package struct ProviderPause: Sendable, Hashable {
    /// The call's name, such as `list tasks`.
    package var call: String
    /// Why it is tried again.
    package var code: ProviderError.Code
    /// How long no request is sent, or this call is not.
    package var duration: Duration
    /// The number of the next try, and of all tries.
    package var attempt: Int
    package var attempts: Int
}
