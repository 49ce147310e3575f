/// The provider's identifier of a task: one contact, such as one call. The same as the interaction ID and the contact
/// session ID of the provider's other APIs.
package struct TaskID: ProviderIdentifier {
    package let description: String

    package init?(_ text: some StringProtocol) {
        guard let text = Self.checked(text) else { return nil }
        description = text
    }
}
