import Crypto
import Dispatch
import Foundation
import Recordings

/// The file with the newest token pair of one organization: JSON, mode 0600, replaced as a whole.
///
/// A crash leaves either the old file or the new one, and perhaps a file named after it with `.new-` and a process
/// number, which the next save of a process with that number replaces.
struct TokenStore: Sendable {
    /// The path of the file.
    let path: String

    /// A kept pair, and the digest of the configured refresh token that it comes from or has replaced.
    struct Content: Sendable, Hashable {
        var pair: TokenPair
        /// If this is not the digest of the configured token, an administrator has configured a new one, which is then
        /// used. `nil` if none was configured when the pair was obtained.
        var origin: ContentDigest?
    }

    /// Files are read and written here: the cooperative pool must not wait for a disk.
    private static let queue = DispatchQueue(label: "callark.token-store")

    /// The digest with which a pair refers to the configured token.
    static func origin(_ configured: Secret) -> ContentDigest? {
        ContentDigest(bytes: SHA256.hash(data: Data(configured.value.utf8)))
    }

    /// What is kept.
    /// - Returns: `nil` if there is no file, or one that this program did not write.
    /// - Throws: `tokenStore` if there is a file that cannot be read.
    func load() async throws(ProviderError) -> Content? {
        try await runBlocking { () throws(ProviderError) in
            guard let data = try readFile() else { return nil }
            return Self.decode(data)
        }
    }

    /// Replaces what is kept by `content`; it is on disk, including its name, when this returns. A kept refusal is
    /// about an earlier token, and is removed.
    /// - Throws: `tokenStore`; then what was kept does not change.
    func save(_ content: Content) async throws(ProviderError) {
        try await runBlocking { () throws(ProviderError) in
            try makeFolder()
            // This comes first: otherwise, if a provider keeps its refresh token, it would be reported as refused for
            // ever.
            _ = try refusals.removeFile()
            try replaceFile(JSONWriter.data(Self.encode(content)) + Data("\n".utf8))
        }
    }

    /// Removes what is kept, and what a killed process has left next to it.
    /// - Returns: whether there was anything.
    /// - Throws: `tokenStore` if it cannot be removed.
    func remove() async throws(ProviderError) -> Bool {
        try await runBlocking { () throws(ProviderError) in
            _ = try refusals.removeFile()
            return try removeFile()
        }
    }

    /// The provider's refusal of this refresh token.
    /// - Returns: `nil` if no refusal is known.
    /// - Throws: `tokenStore` if there is a file that cannot be read.
    func refusal(of token: Secret) async throws(ProviderError) -> TokenRefusal? {
        try await runBlocking { () throws(ProviderError) in
            guard let data = try refusals.readFile(), let refusal = TokenRefusal(data: data) else { return nil }
            return refusal.token == Self.origin(token) ? refusal : nil
        }
    }

    /// Keeps it next to the tokens; on disk when this returns.
    /// - Throws: `tokenStore`.
    func save(_ refusal: TokenRefusal) async throws(ProviderError) {
        try await runBlocking { () throws(ProviderError) in
            try makeFolder()
            try refusals.replaceFile(refusal.data)
        }
    }

    /// The file with the last refusal.
    private var refusals: TokenStore { TokenStore(path: "\(path).refused") }

    private func runBlocking<Value: Sendable>(
        _ work: @escaping @Sendable () throws(ProviderError) -> Value
    ) async throws(ProviderError) -> Value {
        let result: Result<Value, ProviderError> = await withCheckedContinuation { continuation in
            Self.queue.async {
                do throws(ProviderError) {
                    continuation.resume(returning: .success(try work()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }
}

// MARK: - The file's text

extension TokenStore {
    private static func encode(_ content: Content) -> JSONValue {
        let pair = content.pair
        let times: [(String, Timestamp?)] = [
            ("obtained", pair.obtained), ("access_expires", pair.accessExpires),
            ("refresh_expires", pair.refreshExpires),
        ]
        return .object(
            [
                JSONMember("access_token", .string(pair.accessToken.value)),
                JSONMember("refresh_token", .string(pair.refreshToken.value)),
            ]
                + [("origin_sha256", content.origin?.description), ("scope", pair.scope)].compactMap { name, text in
                    text.map { JSONMember(name, .string($0)) }
                }
                + times.compactMap { name, time in
                    time.map { JSONMember(name, .number(String($0.millisecondsSince1970))) }
                }
        )
    }

    private static func decode(_ data: Data) -> Content? {
        guard let json = try? JSONReader.value(of: data),
            let access = json["access_token"]?.text, let refresh = json["refresh_token"]?.text,
            let obtained = json["obtained"]?.integer
        else { return nil }
        // An unreadable file must not be taken for a missing one.
        var origin: ContentDigest?
        if let text = json["origin_sha256"]?.text {
            guard let digest = ContentDigest(hexadecimal: text) else { return nil }
            origin = digest
        }
        func time(_ name: String) -> Timestamp? {
            json[name]?.integer.map { Timestamp(millisecondsSince1970: $0) }
        }
        let pair = TokenPair(
            accessToken: Secret(access),
            refreshToken: Secret(refresh),
            obtained: Timestamp(millisecondsSince1970: obtained),
            accessExpires: time("access_expires"),
            refreshExpires: time("refresh_expires"),
            scope: json["scope"]?.text
        )
        return Content(pair: pair, origin: origin)
    }
}
