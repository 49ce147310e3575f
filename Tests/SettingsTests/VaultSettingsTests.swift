import Files
import Foundation
import Recordings
import Testing

@testable import Settings

/// `vault`: where sealed archives are also kept.
@Suite struct VaultSettingsTests {
    private static let least = """
        vault:
          endpoint: https://s3.example
          bucket: callark-acme
        """

    private func vault(_ section: String, _ environment: [String: String] = [:]) throws -> VaultSettings? {
        try Installation("\(Installation.minimal)\n\(section)\n").load(environment).settings.vault
    }

    @Test func `there is none without a key of it`() throws {
        #expect(try vault("") == nil)
        #expect(try vault("vault:\n") == nil)
        #expect(try vault("vault:\n  seal_after:\n") == nil)
    }

    @Test func `has defaults that lock and read back`() throws {
        let vault = try #require(try vault(Self.least))
        #expect(vault.endpoint == URL(string: "https://s3.example"))
        #expect(vault.region == "us-east-1")
        #expect(vault.prefix == "")
        #expect(vault.credentials == nil)
        #expect(!vault.usesPathStyle)
        #expect(vault.lock == .compliance)
        #expect(vault.retainYears == 7)
        #expect(vault.readBack == .whole)
        #expect(vault.bytesPerSecond == nil)
        #expect(vault.keepLocal == nil)
        #expect(vault.sealAfter == VaultSettings.SealAfter())
    }

    @Test func `is read whole`() throws {
        let vault = try #require(
            try vault(
                """
                \(Self.least)
                  region: eu-central-1
                  prefix: callark/acme
                  path_style: true
                  access_key_id: AKIA
                  secret_access_key: geheim
                  lock: governance
                  retain_years: 10
                  read_back: checksum
                  bytes_per_second: 1000000
                  keep_local_days: 0
                  seal_after: { hours: 4, bytes: 8589934592 }
                """
            )
        )
        #expect(vault.region == "eu-central-1")
        #expect(vault.prefix == "callark/acme/")
        #expect(vault.usesPathStyle)
        #expect(try vault.credentials?.accessKeyID.reveal() == "AKIA")
        #expect(try vault.credentials?.secretAccessKey.reveal() == "geheim")
        #expect(vault.lock == .governance)
        #expect(vault.retainYears == 10)
        #expect(vault.readBack == .checksum)
        #expect(vault.bytesPerSecond == 1_000_000)
        #expect(vault.keepLocal == .zero)
        #expect(vault.sealAfter == VaultSettings.SealAfter(time: .hours(4), byteCount: 8_589_934_592))
    }

    @Test func `the environment alone can switch it on`() throws {
        let environment = [
            "CALLARK_VAULT_ENDPOINT": "http://127.0.0.1:8333", "CALLARK_VAULT_BUCKET": "b-1",
            "CALLARK_VAULT_SEAL_AFTER_HOURS": "2", "CALLARK_VAULT_LOCK": "none",
        ]
        let vault = try #require(try vault("", environment))
        #expect(vault.endpoint.port == 8333)
        #expect(vault.sealAfter.time == .hours(2))
        #expect(vault.lock == .none)
    }

    @Test func `secrets are masked, and the ID of the key is not`() throws {
        let section = "\(Self.least)\n  access_key_id: AKIA\n  secret_access_key: geheim\n"
        let values = try Installation("\(Installation.minimal)\n\(section)").load().values
        #expect(values.first { $0.key == "vault.access_key_id" }?.value == "AKIA")
        #expect(values.first { $0.key == "vault.secret_access_key" }?.value == SecretSource.mask)
        #expect(!values.contains { $0.value?.contains("geheim") ?? false })
    }

    @Test(
        arguments: [
            ("  bucket: callark-acme", "vault.endpoint is missing"),
            ("  endpoint: https://s3.example", "vault.bucket is missing"),
            ("  endpoint: https://s3.example/callark\n  bucket: abc", "give the bucket as vault.bucket"),
            ("  endpoint: http://s3.example\n  bucket: abc", "vault.endpoint is \"http://s3.example\""),
            ("  endpoint: https://s3.example\n  bucket: a", "vault.bucket is \"a\""),
            ("  endpoint: https://s3.example\n  bucket: a/b", "vault.bucket is \"a/b\""),
            ("  endpoint: https://s3.example\n  bucket: abc\n  prefix: ../x", "vault.prefix is \"../x\""),
            ("  endpoint: https://s3.example\n  bucket: abc\n  prefix: /x", "vault.prefix is \"/x\""),
            ("  endpoint: https://s3.example\n  bucket: abc\n  lock: legal", "compliance or governance or none"),
            ("  endpoint: https://s3.example\n  bucket: abc\n  retain_years: 0", "vault.retain_years is \"0\""),
            ("  endpoint: https://s3.example\n  bucket: abc\n  access_key_id: x", "vault.secret_access_key is missing"),
            (
                "  endpoint: https://s3.example\n  bucket: abc\n  keep_local_day: 3",
                "did you mean \"vault.keep_local_days\"?"
            ),
            (
                "  endpoint: https://s3.example\n  bucket: abc\n  seal_after: { hour: 3 }",
                "unknown key \"vault.seal_after.hour\"; did you mean \"vault.seal_after.hours\"?"
            ),
            (
                "  endpoint: https://s3.example\n  bucket: abc\n  seal_after: { hours: 25 }",
                "vault.seal_after.hours is \"25\""
            ),
        ]
    )
    func `refuses what it cannot use, by name`(_ section: String, _ message: String) throws {
        let problems = try Installation("\(Installation.minimal)\nvault:\n\(section)\n").problems()
        #expect(problems.contains { $0.contains(message) }, "\(problems)")
    }
}
