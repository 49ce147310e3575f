/// What is asked of the provider about captures, and for how long.
package struct CaptureSettings: Sendable, Hashable {
    /// Whether a call's segments are asked for beside the whole.
    package var includeSegments: Bool
    /// Whether recordings of virtual agents are asked for.
    package var includeVirtualAgent: Bool
    /// How long signed URLs shall last: whole minutes, one to sixty (wxcc-api 6).
    package var urlExpiration: Duration
    /// How long a recording that should exist is asked for before it becomes a gap.
    package var horizon: Duration
    /// How far before the end of the last complete pass the next one begins.
    package var lookBack: Duration
    /// How long the provider keeps recordings, where an organization has no time of its own.
    package var providerRetention: Duration
    /// Where the facts come from that people look calls up by.
    package var callMetadata: CallMetadata

    /// Whom to ask about a call.
    package enum CallMetadata: String, CaseIterable, Sendable {
        /// The provider's Search, where the token may use it, and the listing of tasks for what it does not say.
        case search
        /// The listing of tasks only.
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
