import Recordings

/// A row of the provider's Search: what it says about one task.
package struct SearchedTask: Hashable, Sendable {
    package var id: TaskID
    /// The provider's own JSON.
    package var json: ProviderJSON

    package init(id: TaskID, json: ProviderJSON) {
        self.id = id
        self.json = json
    }
}
