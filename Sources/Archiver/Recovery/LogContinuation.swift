import Evidence
import Files
import Recordings

/// How the evidence log of an organization goes on after it was fetched from a vault.
///
/// It may go on as it was only if nothing was signed after what the vault has: otherwise two histories would be signed with
/// the same numbers. Only the file beside the key knows, because it remembers the newest signed state. Without that file, or
/// without the key, a new epoch begins, and its first entry says why.
package struct LogContinuation: Sendable {
    package var organization: OrganizationName
    /// How many entries came from the vault.
    package var size: Int64
    /// Why a new epoch begins; `nil` if the log goes on.
    package var reason: String?
    /// The key that the log signs with.
    package var key: NoteKey
    /// The path of the key file, if the key was made now.
    package var newKeyFile: String?

    /// Fetches the logs that this machine does not have, and makes each of them ready to be written to.
    static func restore(
        from vault: any VaultContents,
        _ logs: EvidenceLogs,
        now: Timestamp
    ) async throws -> [LogContinuation] {
        var continuations: [LogContinuation] = []
        try await vault.fetchRecords()
        for organization in try await vault.fetchedLogs() {
            let continuation = try await logs.run { logs throws(EvidenceError) in
                try settle(organization, logs, now: now)
            }
            try await vault.settleLog(of: organization)
            continuations.append(continuation)
        }
        return continuations
    }

    private static func settle(
        _ organization: OrganizationName,
        _ logs: EvidenceLogs,
        now: Timestamp
    ) throws(EvidenceError) -> LogContinuation {
        let place = try logs.place(of: organization)
        let reader = try LogReader(place.folder, key: nil)
        let reason = try reason(place, reader)
        guard let reason else {
            return LogContinuation(organization: organization, size: reader.position.size, key: reader.key)
        }
        defer { logs.reopen() }
        let opened = try EvidenceLog.beginEpoch(place, because: reason, now: now)
        return LogContinuation(
            organization: organization,
            size: reader.position.size,
            reason: reason,
            key: opened.log.key,
            newKeyFile: opened.isKeyNew ? place.keyFile.path : nil
        )
    }

    /// Why the log may not go on as it is.
    private static func reason(_ place: EvidenceLog.Place, _ reader: LogReader) throws(EvidenceError) -> String? {
        guard let key = try place.keyFile.key() else { return "the key of the log was lost with its machine" }
        guard key.publicKey == reader.key.publicKey else { return "this machine has another key" }
        guard let newest = try place.keyFile.newest(place.organization) else {
            return "the log came from the vault, and nothing says whether the lost machine had signed more"
        }
        guard newest == reader.position else {
            return "the log came from the vault with \(reader.position.size) entries, and \(newest.size) are remembered"
        }
        return nil
    }
}
