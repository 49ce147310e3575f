/// Where credentials come from. ``ObjectStore`` keeps what it got, and asks again before they end or if the store
/// refuses them; a source keeps nothing.
package protocol CredentialSource: Sendable {
    /// For messages: what is asked, such as a file's name.
    var name: String { get }

    /// The credentials as they are now.
    /// - Throws: ``ObjectStoreError`` with code `credentials` if there are none, `unreachable` if the service
    ///   that gives them cannot be reached.
    func credentials() async throws(ObjectStoreError) -> ObjectCredentials
}

/// Credentials that do not change while the process runs.
package struct StaticCredentials: CredentialSource {
    package let name: String
    private let value: ObjectCredentials

    package init(_ value: ObjectCredentials, name: String = "the configuration") {
        self.value = value
        self.name = name
    }

    package func credentials() async throws(ObjectStoreError) -> ObjectCredentials { value }
}
