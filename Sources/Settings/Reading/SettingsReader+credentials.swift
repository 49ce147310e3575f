import Files
import Foundation
import Text

extension SettingsReader {
    /// Either a client, with or without its first refresh token, or one access token.
    mutating func credentials(of owner: Owner) -> OrganizationSettings.Credentials? {
        if owner.hasMalformedAuth { return nil }
        let owner = owner.preferringEnvironmentMethod()
        let bearer = owner.firstSet(AuthenticationMethod.bearer)
        let refreshing = owner.firstSet(AuthenticationMethod.refreshing)
        let name = "\(owner.label ?? "organizations[]").auth"
        switch (bearer, refreshing) {
        case (nil, nil):
            let ways =
                "give client_id and client_secret, with refresh_token or for `callark auth login`, or access_token "
                + "(each secret also as …_file)"
            report(.missingKey, owner.origin, "\(name) is missing; \(ways)")
            return nil
        case (let bearer?, .some):
            report(
                .conflict,
                bearer.origin,
                "\(name) has both an access token and a client's keys; give one or the other"
            )
            return nil
        case (.some, nil):
            return secret(.accessToken, of: owner).map { .bearer($0) }
        case (nil, .some):
            let clientID = required(.clientID, of: owner)
            let clientSecret = secret(.clientSecret, of: owner)
            let isGiven = owner.firstSet([SecretKey.refreshToken.text.row, SecretKey.refreshToken.file.row]) != nil
            let refreshToken = isGiven ? secret(.refreshToken, of: owner) : nil
            guard let clientID, let clientSecret, refreshToken != nil || !isGiven else { return nil }
            return .refreshing(clientID: clientID, clientSecret: clientSecret, refreshToken: refreshToken)
        }
    }

    /// The secret, given as text or as a file; one from the environment, in either form, overrides one from the file.
    mutating func secret(_ key: SecretKey, of owner: Owner) -> SecretSource? {
        let layer = [owner.environment, owner.file].first { $0[key.text.row] != nil || $0[key.file.row] != nil }
        switch (layer?[key.text.row], layer?[key.file.row]) {
        case (nil, nil):
            reportMissing(key.text.row, of: owner)
            return nil
        case (let text?, .some):
            let (inline, file) = (key.text.row.path(in: owner.label), key.file.row.path(in: owner.label))
            report(.conflict, text.origin, "\(inline) and \(file) are both given; give one of them")
            return nil
        case (let raw?, nil):
            if case .file = raw.origin, isFileExposed, key.text.row.isSecret {
                let name = key.text.row.path(in: owner.label)
                warn(
                    raw.origin,
                    "\(name) can be read by others than the file's owner; chmod 600 the file, or use \(name)_file"
                )
            }
            let text = value(key.text, of: owner, shown: { _ in key.text.row.isSecret ? SecretSource.mask : nil })
            return text.map { SecretSource($0, origin: raw.origin) }
        case (nil, let raw?):
            return secret(in: key, raw, of: owner)
        }
    }

    private mutating func secret(in key: SecretKey, _ raw: RawValue, of owner: Owner) -> SecretSource? {
        // Only the chosen layer counts: the other may have the other form of the secret.
        var owner = owner
        if case .environment = raw.origin { owner.file[key.file.row] = nil }
        guard let file = value(key.file, of: owner, shown: absolute).map(absolute) else { return nil }
        let name = key.file.row.path(in: owner.label)
        let (text, contents): (String, FileContents)
        do {
            (text, contents) = try SecretSource.contents(ofFileAt: file)
        } catch {
            let message = "\(name): cannot read \(shown(file, raw, error)): \(error.reason)"
            return unreadable(message, raw)
        }
        if key.text.row.isSecret { warnIfReadable(contents, file, raw.origin, name) }
        guard let secret = try? key.text.format.parse(.text(text)) else {
            let rule = "its only line must be \(key.text.format.expectation)"
            return unreadable("\(name): \(VisibleText.quoted(file)) holds no usable secret; \(rule)", raw)
        }
        return SecretSource(secret, origin: raw.origin, file: file)
    }

    /// A file without a secret: a problem now, or for the request that needs it.
    private mutating func unreadable(_ message: String, _ raw: RawValue) -> SecretSource? {
        guard needsSecrets else {
            return SecretSource(unreadable: problem(.badSecret, raw.origin, message), origin: raw.origin)
        }
        report(.badSecret, raw.origin, message)
        return nil
    }

    /// If someone gives the secret itself in place of its path, it must not appear in a log.
    private func shown(_ file: String, _ raw: RawValue, _ failure: FileContents.Failure) -> String {
        let given = raw.content.shown
        if failure.isAbsent, !given.contains("/"), given.utf8.count >= 32 {
            return "the file (not named: its name looks like the secret itself, which belongs in the key without _file)"
        }
        return VisibleText.quoted(file)
    }

    private mutating func warnIfReadable(_ file: FileContents, _ path: String, _ origin: ValueOrigin, _ name: String) {
        // systemd grants the service's user its credentials with an access list, whose mask appears as the group's
        // bits.
        let isCredential = credentialsFolder.map { path.hasPrefix($0 + "/") } ?? false
        guard file.isReadableByOthers || (file.isReadableByGroup && !isCredential) else { return }
        warn(origin, "\(name): \(VisibleText.quoted(path)) can be read by others than its owner; chmod 600 it")
    }
}

/// The keys of each way to authenticate.
private enum AuthenticationMethod {
    static let bearer = [SecretKey.accessToken].flatMap { [$0.text.row, $0.file.row] }
    static let refreshing =
        [SettingKey.clientID.row] + [SecretKey.clientSecret, .refreshToken].flatMap { [$0.text.row, $0.file.row] }
}

extension SettingsReader.Owner {
    /// The first of these keys that is given.
    fileprivate func firstSet(_ keys: [KeyDescription]) -> RawValue? {
        keys.lazy.compactMap(raw).first
    }

    /// If the environment has keys of one method only, the file's keys of the other method are ignored: a token in the
    /// environment replaces the file's client, and vice versa.
    fileprivate func preferringEnvironmentMethod() -> Self {
        let bearer = AuthenticationMethod.bearer.contains { environment[$0] != nil }
        let refreshing = AuthenticationMethod.refreshing.contains { environment[$0] != nil }
        guard bearer != refreshing else { return self }
        var owner = self
        for key in bearer ? AuthenticationMethod.refreshing : AuthenticationMethod.bearer { owner.file[key] = nil }
        return owner
    }
}
