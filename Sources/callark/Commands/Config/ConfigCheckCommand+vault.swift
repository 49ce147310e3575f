import Archiver
import Files
import Reports
import Settings
import Vault
import Wiring

extension ConfigCheckCommand {
    /// Whether the vault's credentials, bucket and lock are there; offline, what is known without asking.
    func vault(_ vault: any ArchiveVault, _ installation: Installation) async -> [(String, CheckFinding)] {
        let lock = ("vault lock", Self.lock(vault, installation))
        if let finding = Self.keys(installation) { return [("vault", finding), lock] }
        guard !offline else { return [("vault", .ok("\(vault.place), not asked")), lock] }
        do throws(VaultError) {
            let store = try installation.openVaultBriefly { Diagnostics.notice($0) }
            let asked: any ArchiveVault = if let store { store } else { vault }
            let bucket = try await asked.bucket()
            guard vault.lock == .none || bucket.locksObjects && bucket.keepsVersions else {
                let lacking = bucket.keepsVersions ? "object lock" : "versions"
                let advice =
                    "create a bucket with object lock, which most stores only allow at its creation, or set vault.lock to none"
                return [("vault", .failed("\(vault.place) has no \(lacking)", advice: advice, .configuration)), lock]
            }
            return [("vault", try await Self.writer(of: vault.place, store)), lock]
        } catch {
            return [("vault", .failed("\(error)", advice: "", ExitStatus(error))), lock]
        }
    }

    /// Whether this archive may write there. Asks only: the first pass makes itself the writer of a vault that has none.
    private static func writer(
        of place: String,
        _ store: StoreVault?
    ) async throws(VaultError) -> CheckFinding {
        let answers = "\(place) answers"
        guard let store else { return .ok(answers) }
        guard try await store.ownWriterRecord() != nil else { return .ok("\(answers); no archive writes there yet") }
        return .ok("\(answers), and this archive may write there")
    }

    /// The keys that this account cannot read; `nil` if it can read them.
    private static func keys(_ installation: Installation) -> CheckFinding? {
        guard let keys = installation.settings.vault?.credentials else { return nil }
        do throws(SettingsError) {
            _ = try keys.accessKeyID.reveal()
            _ = try keys.secretAccessKey.reveal()
            return nil
        } catch {
            return .failed("\(error)", advice: "fix it, or run this as the account that archives", .configuration)
        }
    }

    private static func lock(_ vault: any ArchiveVault, _ installation: Installation) -> CheckFinding {
        do throws(ArchiveError) {
            let check = try vault.lastLockCheck()
            let text = vault.lock.text(check, installation.timeZone)
            guard let check, vault.lock != .none else { return .ok(text) }
            if let breach = check.breaches.first {
                return .failed(text, advice: "use a store whose lock is real: \(breach)", .configuration)
            }
            guard check.doubt != nil else { return .ok(text) }
            return .failed(text, advice: "then run `callark vault check`", .configuration)
        } catch {
            return .failed("\(error)", advice: "", ExitStatus(error))
        }
    }
}
