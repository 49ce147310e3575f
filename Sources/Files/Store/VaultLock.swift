/// How the vault keeps what was put from being deleted or overwritten.
package enum VaultLock: String, Hashable, Sendable, CaseIterable {
    /// Nobody can delete it before its time, not even the account's owner.
    case compliance
    /// Nobody can, except who has a special permission.
    case governance
    /// Anyone who can write to the bucket can delete.
    case none
}
