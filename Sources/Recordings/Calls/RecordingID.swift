/// The provider's identifier of a recording. Not certain to be unique across the segments of one task (wxcc-api 6.2),
/// which is why ``RecordingKey`` exists.
package struct RecordingID: ProviderIdentifier {
    package let description: String

    package init?(_ text: some StringProtocol) {
        guard let text = Self.checked(text) else { return nil }
        description = text
    }
}
