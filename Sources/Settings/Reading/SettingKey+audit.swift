extension SettingKey<Bool> {
    static var requiresReason: Self {
        Self(.audit, "require_reason", .flag, default: "false", "audio is served only with a reason")
    }
    static var auditIsRequired: Self {
        Self(.audit, "required", .flag, default: "true", "audio is served only if the evidence log can record it")
    }
    static var auditsMetadata: Self {
        Self(.audit, "metadata", .flag, default: "false", "views of calls are recorded in the evidence log too")
    }
}

extension KeyDescription {
    /// The keys of `audit`.
    static let audit: [KeyDescription] = [
        SettingKey.requiresReason.row, SettingKey.auditIsRequired.row, SettingKey.auditsMetadata.row,
    ]
}

extension SettingsReader {
    mutating func audit(_ owner: Owner) -> AuditSettings? {
        let requiresReason = value(.requiresReason, of: owner)
        let isRequired = value(.auditIsRequired, of: owner)
        let includesMetadata = value(.auditsMetadata, of: owner)
        guard let requiresReason, let isRequired, let includesMetadata else { return nil }
        return AuditSettings(
            requiresReason: requiresReason,
            isRequired: isRequired,
            includesMetadata: includesMetadata
        )
    }
}
