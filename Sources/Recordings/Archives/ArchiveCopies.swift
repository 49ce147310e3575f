/// On which sides an archive is kept: those of its copies that are known to be there.
package struct ArchiveCopies: Hashable, Sendable {
    package var isOnDisk: Bool
    package var isInVault: Bool

    package init(isOnDisk: Bool, isInVault: Bool) {
        self.isOnDisk = isOnDisk
        self.isInVault = isInVault
    }

    /// Whether the vault has it, and the disk does not.
    package var isOnlyInVault: Bool { isInVault && !isOnDisk }

    /// As JSON, tables and CSV name them: `disk`, `vault`.
    package var names: [String] { (isOnDisk ? ["disk"] : []) + (isInVault ? ["vault"] : []) }
}
