import Foundation
import Simulator
import TestSupport
import Testing

/// A desk with the section `vault` in its configuration, and a bucket of a real store for it.
struct VaultDesk: Sendable {
    let desk: Desk
    let store: StoreEngine
    let bucket: String

    /// What no command may print, and no file below a root may have.
    private var secrets: [String] {
        [store.secretAccessKey, Self.wrongSecret, desk.simulator.clientSecret, "AWS4-HMAC-SHA256", "Signature="]
    }

    private static let wrongSecret = "a-secret-of-nobody"

    /// Serves a small world, with a bucket of its own, while `body` runs.
    /// - Parameter lock: whether the bucket can lock.
    static func with(
        calls: Int = 3,
        earlier: [Int] = [],
        lock: Bool = true,
        _ body: (VaultDesk) async throws -> Void
    ) async throws {
        try await Desk.with(calls: calls, earlier: earlier, mix: .recorded) { desk in
            let store = try await StoreEngine.shared(.seaweedFS)
            let vault = VaultDesk(desk: desk, store: store, bucket: try await store.makeBucket(lock: lock))
            try desk.write("vault.secret", store.secretAccessKey + "\n", mode: 0o600)
            try desk.write("vault.wrong", wrongSecret + "\n", mode: 0o600)
            try desk.write("before.yaml", desk.yaml)
            try desk.write("callark.yaml", desk.yaml + vault.section)
            try await body(vault)
            try vault.expectNoSecrets(below: desk.root)
        }
    }

    private var section: String {
        """
        vault:
          endpoint: \(store.endpoint)
          region: \(store.region)
          bucket: \(bucket)
          path_style: true
          access_key_id: \(store.accessKeyID)
          secret_access_key_file: \(desk.folder)/vault.secret
          lock: compliance
          retain_years: 1

        """
    }

    /// As it was before there was a vault.
    var without: [String: String] { ["CALLARK_CONFIG": "\(desk.folder)/before.yaml"] }
    /// With a key that the store does not accept.
    var refused: [String: String] { ["CALLARK_VAULT_SECRET_ACCESS_KEY_FILE": "\(desk.folder)/vault.wrong"] }
    /// Nothing stays on the disk that need not.
    var evicting: [String: String] { ["CALLARK_VAULT_KEEP_LOCAL_DAYS": "0"] }
    /// Another machine with the same configuration.
    var elsewhere: [String: String] { ["CALLARK_ARCHIVE_ROOT": "\(desk.folder)/elsewhere"] }
    /// With a store that has stopped.
    func stopped() throws -> [String: String] {
        ["CALLARK_VAULT_ENDPOINT": "http://127.0.0.1:\(try FreePort.number())"]
    }

    /// Runs a command, which has to end with this status, and to print no secret.
    @discardableResult
    func run(
        _ arguments: String...,
        expecting status: Int32 = 0,
        environment: [String: String] = [:],
        location: SourceLocation = #_sourceLocation
    ) async throws -> Program.Ending {
        let ending = try await desk.start(arguments, environment: environment).end()
        let comment: Comment = "\(arguments): \(ending.output) \(ending.errors)"
        #expect(ending.status == status, comment, sourceLocation: location)
        for secret in secrets {
            #expect(!ending.output.contains(secret), comment, sourceLocation: location)
            #expect(!ending.errors.contains(secret), comment, sourceLocation: location)
        }
        return ending
    }

    /// The line `vault` of the organization and the summary of `vault status --json`.
    func status(
        expecting status: Int32 = 0,
        environment: [String: String] = [:],
        location: SourceLocation = #_sourceLocation
    ) async throws -> (figures: [String: JSON], summary: [String: JSON]) {
        let ending = try await run(
            "vault",
            "status",
            "--json",
            expecting: status,
            environment: environment,
            location: location
        )
        let lines = try ending.objects
        try #require(lines.map { $0["type"]?.text } == ["vault", "summary"], sourceLocation: location)
        #expect(lines[0]["organization"]?.text == "acme", sourceLocation: location)
        return (lines[0], lines[1])
    }

    /// Each state and place in which a recording is.
    func places() async throws -> Set<String> {
        let rows = try await run("list", "--json").objects.filter { $0["type"]?.text == "recording" }
        return Set(
            rows.map { row in
                let copies = row["copies"]?.list.compactMap(\.text) ?? []
                return ([row["state"]?.text ?? ""] + copies).joined(separator: " ")
            }
        )
    }

    private func expectNoSecrets(below folder: String) throws {
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
            // The provider's tokens are kept there, for this account only.
            guard !name.hasPrefix("spool/credentials"),
                let bytes = try? Data(contentsOf: URL(filePath: "\(folder)/\(name)"))
            else { continue }
            for secret in secrets { #expect(bytes.firstRange(of: Data(secret.utf8)) == nil, "\(name)") }
        }
    }
}
