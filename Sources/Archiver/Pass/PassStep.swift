/// A step of the work on an organization. Downloads continue during all but the last three.
package enum PassStep: String, Sendable, Hashable, Codable, CaseIterable {
    /// Listing the tasks of the window.
    case listing
    /// Comparing the listing with other sources of the provider's.
    case comparing
    /// The listing is done; asking for recordings continues.
    case asking
    /// Everything is asked; only downloads remain.
    case receiving
    /// Sealing and closing days.
    case sealing
    /// Putting sealed archives into the vault.
    case vaulting
    case done
}
