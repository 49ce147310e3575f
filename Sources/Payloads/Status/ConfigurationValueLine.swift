/// `{"type":"value", …}`: a key of the configuration, its value, and where that is from.
package struct ConfigurationValueLine: Encodable {
    private let type = "value"
    private let key: String
    /// `nil` for a key that is not set.
    private let value: String?
    private let origin: String

    /// - Parameter value: as it may be shown, without a secret.
    package init(key: String, value: String?, origin: String) {
        self.key = key
        self.value = value
        self.origin = origin
    }
}
