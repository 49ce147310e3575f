import Foundation
import Testing

@testable import Settings

/// `evidence.anchors`: a list of sections, each of a kind that has its own keys.
@Suite struct AnchorSettingsTests {
    private static let vkey = "audit.example+01234567+BAAA"

    private func installation(_ anchors: String) throws -> Installation {
        let installation = try Installation("\(Installation.minimal)\nevidence:\n  anchors:\n\(anchors)\n")
        try installation.write("-----BEGIN CERTIFICATE-----\n", to: "ca.pem")
        return installation
    }

    @Test func `are of three kinds, in the order of the file`() throws {
        let installation = try installation(
            """
                - { kind: timestamp, name: tsa, url: "http://tsa.example/tsr?x=1", ca_file: ca.pem }
                - kind: witness
                  name: audit
                  url: https://audit.example/witness/
                  vkey: \(Self.vkey)
                - { kind: witness, name: by-hand, vkey: \(Self.vkey) }
                - { kind: command, name: print, command: [lp, -d, "the vault"] }
            """
        )
        let loaded = try installation.load()
        let anchors = loaded.settings.evidence.anchors
        #expect(anchors.map(\.name) == ["tsa", "audit", "by-hand", "print"])
        let tsa = try #require(URL(string: "http://tsa.example/tsr?x=1"))
        let audit = try #require(URL(string: "https://audit.example/witness"))
        #expect(
            anchors.map(\.kind) == [
                .timestamp(url: tsa, certificatesFile: "\(installation.folder)/ca.pem"),
                .witness(url: audit, verifierKey: Self.vkey), .witness(url: nil, verifierKey: Self.vkey),
                .command(["lp", "-d", "the vault"]),
            ]
        )
        #expect(anchors[1].origin == .file(line: 9))
        let shown = try #require(loaded.shown("evidence.anchors")?.value)
        #expect(shown.hasPrefix("[{ kind: timestamp, name: tsa, url: http://tsa.example/tsr?x=1, ca_file: ca.pem }, "))
    }

    @Test func `are none by default, and come from the environment as on one line of the file`() throws {
        #expect(try Installation().load().settings.evidence.anchors == [])
        let variable = "CALLARK_EVIDENCE_ANCHORS"
        let installation = try installation("    - { kind: command, name: print, command: [lp] }")
        let loaded = try installation.load([variable: "[{ kind: command, name: mail, command: [sendmail] }]"])
        #expect(loaded.settings.evidence.anchors.map(\.name) == ["mail"])
        #expect(loaded.settings.evidence.anchors.first?.origin == .environment(variable))
        #expect(try installation.load([variable: "[]"]).settings.evidence.anchors == [])
        for text in ["nonsense", "[nonsense]", "[[a]]", "{ kind: command }", "[{"] {
            #expect(installation.problems([variable: text]).count == 1, "\(text)")
        }
        let wrong = installation.problems([variable: "[{ kind: command, name: mail }]"])
        #expect(wrong.map { $0.hasPrefix("\(variable): evidence.anchors[0].command is missing") } == [true])
    }

    @Test(
        arguments: [
            (
                "{ kind: letter, name: a }",
                "evidence.anchors[0].kind is \"letter\"; it must be timestamp or witness or command"
            ),
            ("{ name: a }", "evidence.anchors[0].kind is missing; give timestamp or witness or command"),
            (
                "{ kid: command, name: a, command: [lp] }",
                "unknown key \"evidence.anchors[0].kid\"; did you mean \"kind\"?"
            ),
            ("{ kind: command, command: [lp] }", "evidence.anchors[0].name is missing"),
            (
                "{ kind: command, name: \"A b\", command: [lp] }",
                "evidence.anchors[0].name is \"A b\"; it must be 1 to 40"
            ),
            (
                "{ kind: command, name: a, command: lp -d vault }",
                "evidence.anchors[0].command is \"lp -d vault\"; it must be a list"
            ),
            ("{ kind: command, name: a, command: [] }", "evidence.anchors[0].command is \"[]\"; it must be a list"),
            ("{ kind: command, name: a, command: [lp], url: x }", "unknown key \"evidence.anchors[0].url\""),
            ("{ kind: timestamp, name: a, ca_file: ca.pem }", "evidence.anchors[0].url is missing"),
            (
                "{ kind: timestamp, name: a, url: \"ftp://x\", ca_file: ca.pem }",
                "evidence.anchors[0].url is \"ftp://x\""
            ),
            ("{ kind: timestamp, name: a, url: \"http://x/\" }", "evidence.anchors[0].ca_file is missing"),
            (
                "{ kind: timestamp, name: a, url: \"http://x/\", ca_file: no }",
                "evidence.anchors[0].ca_file: cannot read"
            ),
            ("{ kind: timestamp, name: a, url: \"http://x/\", ca_file: callark.yaml }", "holds no PEM certificate"),
            ("{ kind: timestamp, name: a, url: \"http://x/\", cafile: ca.pem }", "did you mean \"ca_file\"?"),
            ("{ kind: witness, name: a, url: \"http://x/\", vkey: a+b+c }", "evidence.anchors[0].url is \"http://x/\""),
            (
                "{ kind: witness, name: a, vkey: nonsense }",
                "evidence.anchors[0].vkey is \"nonsense\"; it must be a verifier key"
            ),
            ("{ kind: witness, name: a }", "evidence.anchors[0].vkey is missing"),
            ("word", "evidence.anchors is the list [\"word\"]"),
            ("[a, b]", "evidence.anchors has an item that is not a section"),
            ("{ kind: { a: b } }", "evidence.anchors has an item that is not a section"),
        ]
    )
    func `that cannot be say what is wrong, and where`(_ anchor: String, _ message: String) throws {
        let problems = try installation("    - \(anchor)").problems()
        #expect(problems.contains { $0.hasPrefix("callark.yaml:") && $0.contains(message) }, "\(problems)")
        #expect(problems.allSatisfy { !$0.contains("\n") })
    }

    @Test func `have names of their own`() throws {
        let twice = "    - { kind: command, name: a, command: [lp] }\n    - { kind: command, name: a, command: [lpr] }"
        let problems = try installation(twice).problems()
        #expect(problems.map { $0.hasSuffix("a second anchor is called \"a\"; give it another name") } == [true])
    }
}
