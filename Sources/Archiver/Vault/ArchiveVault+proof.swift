import Files

extension ArchiveVault {
    /// Makes sure that the lock was shown to be real, by trying it now if that was never done, or if it failed.
    /// - Throws: `.lock` if it is not; also if it cannot be tried.
    func requireLock() async throws(VaultError) {
        guard lock != .none else { return }
        let last: VaultLockCheck?
        do throws(ArchiveError) {
            last = try await BlockingWork.run { _ throws(ArchiveError) in try self.lastLockCheck() }
        } catch {
            throw VaultError(error)
        }
        if let last, last.proves(lock) { return }
        let check = try await checkLock()
        guard !check.proves(lock) else { return }
        if let doubt = check.doubt, check.breaches.isEmpty {
            throw VaultError(
                .lock,
                "whether the lock of the vault \(place) is real, cannot be told, so nothing is put there: \(doubt)"
            )
        }
        let breach = check.breaches.first ?? "it was tried for another mode than \(lock.rawValue)"
        throw VaultError(
            .lock,
            "the lock of the vault \(place) is not real, so nothing is put there: \(breach); see `callark vault check`"
        )
    }
}
