import Files
import ObjectStore

extension VaultError {
    /// What a failure of the store means for the vault.
    package init(_ error: ObjectStoreError) {
        let code: Code =
            switch error.code {
            case .unreachable: .unreachable
            case .full: .full
            case .credentials, .denied: .refused
            case .locked: .lock
            case .notFound: .missing
            case .noBucket, .unsupported, .misconfigured: .unusable
            case .precondition: .unreachable
            // What is in the store may be right: only reading it whole shows that it is not.
            case .damaged: .disturbed
            case .local: .local
            case .cancelled: .cancelled
            }
        self.init(code, error.message)
    }

    /// Calls `body`, and turns what the store says into errors of the vault.
    static func asking<Value>(
        _ body: () async throws(ObjectStoreError) -> Value
    ) async throws(VaultError) -> Value {
        do throws(ObjectStoreError) {
            return try await body()
        } catch {
            throw VaultError(error)
        }
    }

    /// Calls `body` on a thread that may block, and turns what this machine's disk says into errors of the vault.
    static func onDisk<Value: Sendable>(
        _ body: @escaping @Sendable (ReadingProgress) throws(ArchiveError) -> Value
    ) async throws(VaultError) -> Value {
        do throws(ArchiveError) {
            return try await BlockingWork.run { progress throws(ArchiveError) in try body(progress) }
        } catch {
            throw VaultError(error)
        }
    }
}
