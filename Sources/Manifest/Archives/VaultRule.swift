import GRDB
import Recordings

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

    /// How many archives of each day wait until the vault has them; without days on which none does.
    static func archives(organization: Int64, in db: Database) throws -> [ArchiveDay: Int] {
        let select = """
            SELECT day, count(*) FROM vault_copy CROSS JOIN archive ON archive.row = vault_copy.archive
            WHERE confirmed_time IS NULL AND is_required AND organization = ? GROUP BY day
            """
        return try Row.fetchAll(db.cachedStatement(sql: select), arguments: [organization]).reduce(into: [:]) {
            $0[try $1[0]] = try $1[1]
        }
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
