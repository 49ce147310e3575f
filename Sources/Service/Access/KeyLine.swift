import Recordings

/// `{"type":"key", …}`: an API key. The line contains the key's text only when the key has just been created.
package struct KeyLine: Encodable {
    private let key: AccessKey
    private let standing: AccessKey.Standing
    private let secret: KeySecret?

    /// - Parameter now: the time at which `state` is determined.
    package init(_ key: AccessKey, secret: KeySecret? = nil, now: Timestamp) {
        self.key = key
        self.secret = secret
        standing = key.standing(at: now)
    }

    private enum CodingKeys: String, CodingKey {
        case type, name, role, organizations, state, key
        case createdTime = "created_time"
        case createdBy = "created_by"
        case expiresTime = "expires_time"
        case revokedTime = "revoked_time"
        case lastUsedTime = "last_used_time"
    }

    package func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: CodingKeys.self)
        try line.encode("key", forKey: .type)
        try line.encode(key.name.description, forKey: .name)
        try line.encode(key.role, forKey: .role)
        try line.encode(key.organizations.map { $0.sorted().map(\.description) }, forKey: .organizations)
        try line.encode(standing, forKey: .state)
        try line.encode(key.createdTime.description, forKey: .createdTime)
        try line.encode(key.createdBy, forKey: .createdBy)
        try line.encode(key.expiresTime?.description, forKey: .expiresTime)
        try line.encode(key.revokedTime?.description, forKey: .revokedTime)
        try line.encode(key.lastUsedTime?.description, forKey: .lastUsedTime)
        try line.encodeIfPresent(secret?.text, forKey: .key)
    }
}
