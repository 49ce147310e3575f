/// What a vault's store says about the place where archives are put, without trying it.
package struct VaultBucket: Hashable, Sendable {
    /// Whether it keeps what was overwritten or deleted as an older version.
    package var keepsVersions: Bool
    /// Whether it can lock what is put there.
    package var locksObjects: Bool

    package init(keepsVersions: Bool, locksObjects: Bool) {
        self.keepsVersions = keepsVersions
        self.locksObjects = locksObjects
    }
}
