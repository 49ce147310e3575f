import Foundation
import Recordings
import Testing

@testable import Settings

/// `config/callark.example.yaml` documents every key, and every default in it is the real one.
@Suite struct ExampleTests {
    private let text: String

    init() throws {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        text = try String(contentsOf: package.appending(path: "config/callark.example.yaml"), encoding: .utf8)
    }

    /// The file with every `#key: value` line uncommented.
    private var everyKey: String {
        text.replacing(/(?m)^( *)#([a-z_]+:)/) { "\($0.output.1)\($0.output.2)" }
    }

    @Test func `the example is a configuration as it stands`() throws {
        let installation = try Installation(text)
        let secrets = ["CALLARK_ORG_ACME_CLIENT_SECRET": "s", "CALLARK_ORG_ACME_REFRESH_TOKEN": "t"]
        let loaded = try installation.load(secrets)
        #expect(loaded.warnings.isEmpty)
        #expect(loaded.settings.organizations.map(\.name) == [OrganizationName("acme")])
    }

    @Test func `the example has every key there is, and no other`() throws {
        let layer = try FileLayer(text: everyKey, path: "example")
        #expect(layer.problems.isEmpty)
        let organization = try #require(layer.organizations?.first)
        let present = Set(layer.values.keys).union(organization.values.keys)
        #expect(Set(KeyDescription.all).subtracting(present).map(\.name) == [])
        #expect(present.count == KeyDescription.all.count)
    }

    @Test func `every value of the example is one its key allows, and every default the real one`() throws {
        let layer = try FileLayer(text: everyKey, path: "example")
        let organization = try #require(layer.organizations?.first)
        let given = layer.values.merging(organization.values) { $1 }
        for key in KeyDescription.all {
            let raw = try #require(given[key])
            if let defaultText = key.defaultText {
                #expect(raw.content.words() == RawContent.text(defaultText).words(), "\(key.name)")
            }
        }
        // Without the keys that exclude each other, the whole file loads, apart from the files that do not exist.
        let trial = everyKey.replacing(
            /(?m)^ *(client_secret|refresh_token|access_token|api_key|webhook_secret|(secret_)?access_key(_id)?)(_file)?:.*\n/,
            with: ""
        )
        let installation = try Installation(trial.replacing(/(?m)^ *ca_file:.*\n/, with: ""))
        let secrets = [
            "CALLARK_ORG_ACME_CLIENT_SECRET": "s", "CALLARK_ORG_ACME_REFRESH_TOKEN": "t",
            "CALLARK_ORG_ACME_LEGACY_API_KEY": "k", "CALLARK_VAULT_ACCESS_KEY_ID": "i",
            "CALLARK_VAULT_SECRET_ACCESS_KEY": "s",
        ]
        #expect(installation.problems(secrets) == [])
    }

    @Test func `no key of an organization can be taken for the end of another's variable`() {
        let variables = KeyDescription.all.filter(\.section.isOfOrganization).map { $0.variable(in: "X") }
        let names = variables.map { $0.dropFirst("CALLARK_ORG_X_".count) }
        #expect(Set(names).count == names.count)
        // The one exception is refused in context (LegacySettingsTests).
        for name in names where name != "REQUESTS_PER_MINUTE" {
            #expect(!names.contains { $0.hasSuffix("_\(name)") }, "\(name)")
        }
    }

    @Test func `every key says what it is and what it expects`() {
        #expect(KeyDescription.all.allSatisfy { !$0.summary.isEmpty && !$0.expectation.isEmpty })
        #expect(Set(KeyDescription.all).count == KeyDescription.all.count)
    }
}
