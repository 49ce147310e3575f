/// The only place that decides whether a sealed archive still has to get into the vault.
enum VaultRule {
    /// For `archive`: whether it is sealed, has to be in the vault, and is not confirmed to be there. Until then, what it
    /// holds is `stored`.
    static func isWaiting(_ archive: String = "archive.row") -> String {
        """
        EXISTS (SELECT 1 FROM vault_copy AS awaited WHERE awaited.archive = \(archive) AND awaited.is_required
            AND awaited.confirmed_time IS NULL)
        """
    }

    /// For `archive`: whether what it holds counts as archived.
    static func isArchived(_ table: String = "archive") -> String {
        "(\(table).digest IS NOT NULL AND NOT \(isWaiting("\(table).row")))"
    }

    /// For `archive`: whether its file was removed from the disk because the vault has it.
    static func isEvicted(_ archive: String = "archive.row") -> String {
        """
        EXISTS (SELECT 1 FROM vault_copy AS evicted WHERE evicted.archive = \(archive)
            AND evicted.evicted_time IS NOT NULL)
        """
    }

    /// For `archive`: whether the vault is known to have it.
    static func isInVault(_ archive: String = "archive.row") -> String {
        """
        EXISTS (SELECT 1 FROM vault_copy AS vaulted WHERE vaulted.archive = \(archive)
            AND vaulted.confirmed_time IS NOT NULL)
        """
    }
}
