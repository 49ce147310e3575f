import Archiver
import Evidence
import Files
import Recordings

/// Creates and revokes API keys. The evidence log records each of these acts before it takes effect.
package struct KeyRegistry: Sendable {
    private let database: ServiceDatabase
    private let logs: EvidenceLogs
    /// All organizations of the configuration.
    private let organizations: [OrganizationName]

    package init(_ database: ServiceDatabase, logs: EvidenceLogs, organizations: [OrganizationName]) {
        self.database = database
        self.logs = logs
        self.organizations = organizations
    }

    /// The properties of a new key.
    package struct Draft: Sendable {
        package var name: KeyName
        package var role: Role
        /// The organizations that the key can see; `nil` for all, including those configured later.
        package var organizations: Set<OrganizationName>?
        /// When the key expires; `nil` for never.
        package var expiresTime: Timestamp?

        package init(
            name: KeyName,
            role: Role,
            organizations: Set<OrganizationName>? = nil,
            expiresTime: Timestamp? = nil
        ) {
            self.name = name
            self.role = role
            self.organizations = organizations
            self.expiresTime = expiresTime
        }
    }

    /// Creates a key.
    /// - Returns: the key and its text, which is not stored.
    /// - Throws: `ServiceError` with `nameTaken` or `badValue`; `EvidenceError` if a log does not accept the entry.
    package func create(
        _ draft: Draft,
        by actor: Actor,
        now: Timestamp
    ) async throws -> (key: AccessKey, secret: KeySecret) {
        if let expires = draft.expiresTime, expires <= now {
            throw ServiceError(.badValue, "the key would expire at \(expires), which is in the past; give a later time")
        }
        guard try await database.key(draft.name) == nil else { throw ServiceError.nameTaken(draft.name) }
        let key = AccessKey(
            name: draft.name,
            role: draft.role,
            organizations: draft.organizations,
            createdTime: now,
            createdBy: actor.name,
            expiresTime: draft.expiresTime
        )
        try await note(.accessCreated, key, by: actor, now: now)
        let secret = KeySecret()
        try await database.add(key, secret)
        return (key, secret)
    }

    /// Revokes a key. It is refused from now on. A key that is already revoked is left unchanged.
    /// - Returns: the revoked key.
    /// - Throws: `ServiceError` with `unknownKey`; `EvidenceError` if a log does not accept the entry.
    @discardableResult
    package func revoke(_ name: KeyName, by actor: Actor, now: Timestamp) async throws -> AccessKey {
        guard var key = try await database.key(name) else {
            let known = try await database.keys().filter { $0.revokedTime == nil }.map(\.name.description)
            let advice = known.isEmpty ? "there is none" : "known: \(known.prefix(20).joined(separator: ", "))"
            throw ServiceError(.unknownKey, "there is no key \(name); \(advice)")
        }
        guard key.revokedTime == nil else { return key }
        try await note(.accessRevoked, key, by: actor, now: now)
        try await database.revoke(name, at: now)
        key.revokedTime = now
        return key
    }

    /// Appends an entry to the log of each of the key's organizations, or to all logs if the key is for all organizations.
    private func note(_ type: LogEntryType, _ key: AccessKey, by actor: Actor, now: Timestamp) async throws {
        let entries = (key.organizations.map { $0.sorted() } ?? organizations).map { organization in
            LogEntry(
                type,
                time: now,
                actor: actor,
                organization: organization,
                [.name: .text(key.name.description), .role: .text(key.role.rawValue)]
            )
        }
        let logs = logs
        _ = try await BlockingWork.run { _ throws(EvidenceError) in try logs.append(entries) }
    }
}
