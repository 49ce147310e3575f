/// What the provider is asked about captures, and for how long.
package struct CaptureSettings: Sendable, Hashable {
    /// Whether a call's segments are asked for too.
    package var includeSegments: Bool
    /// Whether recordings of virtual agents are asked for.
    package var includeVirtualAgent: Bool
    /// How long signed URLs should be valid: whole minutes, one to sixty (wxcc-api 6).
    package var urlExpiration: Duration
    /// How long a recording that should exist is asked for before it becomes a gap.
    package var horizon: Duration
    /// How far before the end of the last complete pass the next one begins.
    package var lookBack: Duration
    /// How long the provider keeps recordings, for organizations without their own value.
    package var providerRetention: Duration
    /// The source of the facts by which people find calls.
    package var callMetadata: CallMetadata

    /// The source to ask about a call.
    package enum CallMetadata: String, CaseIterable, Sendable {
        /// The provider's Search, if the token may use it, and the task list for what Search does not have.
        case search
        /// The task list only.
        case task
    }

    package init(
        includeSegments: Bool,
        includeVirtualAgent: Bool,
        urlExpiration: Duration,
        horizon: Duration,
        lookBack: Duration,
        providerRetention: Duration,
        callMetadata: CallMetadata
    ) {
        self.includeSegments = includeSegments
        self.includeVirtualAgent = includeVirtualAgent
        self.urlExpiration = urlExpiration
        self.horizon = horizon
        self.lookBack = lookBack
        self.providerRetention = providerRetention
        self.callMetadata = callMetadata
    }
}
