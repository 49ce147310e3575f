/// Why a copy in the vault does not hold, as far as the store says so without giving its bytes.
package struct VaultCopyFault: Hashable, Sendable {
    /// Whether its bytes are changed or gone; otherwise only its lock is missing or too short.
    package var isDamaged: Bool
    /// One line: what the vault has, and what it should have.
    package var message: String

    package init(isDamaged: Bool, message: String) {
        self.isDamaged = isDamaged
        self.message = message
    }
}
