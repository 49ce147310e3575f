/// The settings in force, and where they came from.
package struct LoadedSettings: Sendable {
    package let settings: Settings
    /// The path of the configuration file, as it was named or found.
    package let path: String
    /// Warnings, one line each, without a secret: what is allowed but probably not intended.
    package let warnings: [String]
    /// Every value in force, in the order of the file's sections.
    package let values: [ShownValue]
}

/// One line of `callark config show`.
package struct ShownValue: Sendable, Hashable {
    /// The key's path: `archive.root`, `organizations.acme.auth.client_id`.
    package let key: String
    /// As it would be written in the file, a secret masked; `nil` if the key is not set and has no default.
    package let value: String?
    package let origin: ValueOrigin

    package init(key: String, value: String?, origin: ValueOrigin) {
        self.key = key
        self.value = value
        self.origin = origin
    }
}
