/// The outcome for one of many sites to create.
package enum SiteOutcome: Sendable, Hashable {
    /// It exists as requested, with its ID if the provider gave it.
    case created(SiteID?)
    /// The provider refuses it.
    case refused(ProviderError)
}
