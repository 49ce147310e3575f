/// The settings that are in force, and what a person wants to know of how they came about.
package struct LoadedSettings: Sendable {
    package let settings: Settings
    /// The configuration file that was read, as it was named or found.
    package let path: String
    /// One line each, without a secret: what is allowed and yet probably not meant.
    package let warnings: [String]
    /// Every value in force, in the order of the file's sections.
    package let values: [ShownValue]
}

/// One line of `callark config show`.
package struct ShownValue: Sendable, Hashable {
    /// The key's path: `archive.root`, `organizations.acme.auth.client_id`.
    package let key: String
    /// As it would be written in the file, a secret masked; `nil` where the key is not set and has no default.
    package let value: String?
    package let origin: ValueOrigin

    package init(key: String, value: String?, origin: ValueOrigin) {
        self.key = key
        self.value = value
        self.origin = origin
    }
}
