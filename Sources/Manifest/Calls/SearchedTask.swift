import Recordings

/// A row of the provider's Search: what it says of one task.
package struct SearchedTask: Hashable, Sendable {
    package var id: TaskID
    /// The provider's own words.
    package var json: ProviderJSON

    package init(id: TaskID, json: ProviderJSON) {
        self.id = id
        self.json = json
    }
}
