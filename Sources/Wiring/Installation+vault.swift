import Files
import Logging
import Settings
import Vault

extension Installation {
    /// The vault of the settings.
    /// - Returns: `nil` if none is configured.
    static func makeVault(
        _ loaded: LoadedSettings,
        of root: ArchiveRoot,
        version: String,
        logger: Logger
    ) -> (any ArchiveVault)? {
        loaded.settings.vault.map {
            ConfiguredVault($0, of: root, timeZone: loaded.settings.archive.timeZone, version: version)
        }
    }

    /// The vault, for the commands that are about it.
    /// - Returns: `nil` if none is configured.
    /// - Throws: as ``ConfiguredVault/open()``.
    package func openVault() throws(VaultError) -> StoreVault? {
        if let vault = vault as? ConfiguredVault { return try vault.open() }
        return vault as? StoreVault
    }

    /// The same for a command whose answer a person waits for.
    /// - Parameter onRetry: called with a line for people before a request is sent again.
    /// - Throws: as ``ConfiguredVault/openBriefly(onRetry:)``.
    package func openVaultBriefly(
        onRetry: @escaping @Sendable (String) -> Void
    ) throws(VaultError) -> StoreVault? {
        if let vault = vault as? ConfiguredVault { return try vault.openBriefly(onRetry: onRetry) }
        return vault as? StoreVault
    }
}
