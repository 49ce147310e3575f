import Foundation
import Settings
import Testing

/// An unusable configuration, and the exact messages about it.
struct BadInput: CustomTestStringConvertible, Sendable {
    let yaml: String
    let problems: [String]

    init(_ yaml: String, _ problems: String...) {
        self.yaml = yaml
        self.problems = problems
    }

    var testDescription: String { yaml.split(separator: "\n").first.map(String.init) ?? "empty" }
}

@Suite struct BadInputTests {
    @Test func `something that is not a file gives a short error`() throws {
        func keys(_ count: Int) -> String { (0..<count).map { "  key\($0)-\u{202E}: 1" }.joined(separator: "\n") }
        let large = #expect(throws: SettingsError.self) { _ = try Installation("archive:\n\(keys(100_000))").load() }
        #expect(large?.description == "callark.yaml: cannot read the file: it has more than 1048576 bytes")
        let keys = keys(50_000)
        for yaml in ["archive:\n\(keys)", keys.replacing("  ", with: ""), "organizations:\n- name: a\n\(keys)"] {
            let error = #expect(throws: SettingsError.self) { _ = try Installation(yaml).load() }
            let text = error?.description ?? ""
            #expect(text.utf8.count < 10_000)
            #expect(text.split(separator: "\n").count <= 21)
            #expect(text.contains("more problems"))
            #expect(text.contains("callark.yaml:") && text.contains("unknown key"))
        }
        let items = (0..<100_000).map { "x\($0)" }.joined(separator: ", ")
        let list = "downloads:\n  attempts: [\(items)]"
        let error = #expect(throws: SettingsError.self) { _ = try Installation(list).load() }
        #expect((error?.description ?? "").utf8.count < 10_000)
    }

    static let global: [BadInput] = [
        BadInput(
            "archive:\n  rot: /x",
            "callark.yaml:2: unknown key \"archive.rot\"; did you mean \"archive.root\"?"
        ),
        BadInput(
            "archive:\n  concurrency: 4",
            "callark.yaml:2: unknown key \"archive.concurrency\"; did you mean \"downloads.concurrency\"?"
        ),
        BadInput(
            "archvie:\n  root: /x",
            "callark.yaml:1: unknown key \"archvie\"; did you mean \"archive\"?"
        ),
        BadInput(
            "time_zone: UTC",
            "callark.yaml:1: unknown key \"time_zone\"; did you mean \"archive.time_zone\"?"
        ),
        BadInput(
            "downloads:\n  bandwidth_limit: 3",
            "callark.yaml:2: unknown key \"downloads.bandwidth_limit\"; known here: concurrency, attempts, "
                + "stall_seconds, least_bytes_per_second, allowed_hosts, memory_bytes, ca_file"
        ),
        BadInput(
            "downloads:\n  \"a\\nb\\e[31m\": 3",
            "callark.yaml:2: unknown key \"downloads.a\\nb\\u{1B}[31m\"; known here: concurrency, attempts, "
                + "stall_seconds, least_bytes_per_second, allowed_hosts, memory_bytes, ca_file"
        ),
        BadInput(
            "downloads:\n  concurrency: 0\n  attempts: 101\n  stall_seconds: ten",
            "callark.yaml:2: downloads.concurrency is \"0\"; it must be a whole number, from 1 to 512",
            "callark.yaml:3: downloads.attempts is \"101\"; it must be a whole number, from 1 to 100",
            "callark.yaml:4: downloads.stall_seconds is \"ten\"; it must be a whole number, from 1 to 86400"
        ),
        BadInput(
            "downloads:\n  concurrency: [4]",
            "callark.yaml:2: downloads.concurrency is the list [\"4\"]; it must be a whole number, from 1 to 512"
        ),
        BadInput(
            "downloads:\n  concurrency: {at_most: 4}",
            "callark.yaml:2: downloads.concurrency is a section; it must be a whole number, from 1 to 512"
        ),
        BadInput(
            "downloads:\n  concurrency:",
            "callark.yaml:2: downloads.concurrency has no value; give one, or take the line out"
        ),
        BadInput(
            "downloads:\n  concurrency: 99999999999999999999",
            "callark.yaml:2: downloads.concurrency is \"99999999999999999999\"; it must be a whole number, from 1 to 512"
        ),
        BadInput(
            "downloads:\n  memory_bytes: 64MB",
            "callark.yaml:2: downloads.memory_bytes is \"64MB\"; it must be a whole number of bytes, at least 1048576"
        ),
        BadInput(
            "downloads:\n  allowed_hosts: [\"https://media.example.com\"]",
            "callark.yaml:2: downloads.allowed_hosts is the list [\"https://media.example.com\"]; it must be a list of "
                + "host names such as media.example.com or *.example.com; give neither scheme, port nor path"
        ),
        BadInput(
            "downloads:\n  allowed_hosts: [a.example.com, [b]]",
            "callark.yaml:2: downloads.allowed_hosts has an item that is not a word"
        ),
        BadInput(
            "downloads:\n  ca_file: /nowhere/ca.pem",
            "callark.yaml:2: downloads.ca_file: cannot read \"/nowhere/ca.pem\": no such file or directory"
        ),
        BadInput(
            "downloads:\n  ca_file: /etc/passwd",
            "callark.yaml:2: downloads.ca_file: \"/etc/passwd\" holds no PEM certificate"
        ),
        BadInput(
            "downloads: 4",
            "callark.yaml:1: downloads must be a section of keys"
        ),
        BadInput(
            "captures:\n  include_segments: yes\n  url_expiration_minutes: 3600\n  horizon_days: 0",
            "callark.yaml:2: captures.include_segments is \"yes\"; it must be true or false",
            "callark.yaml:3: captures.url_expiration_minutes is \"3600\"; it must be a whole number, from 1 to 60",
            "callark.yaml:4: captures.horizon_days is \"0\"; it must be a whole number, from 1 to 3650"
        ),
        BadInput(
            "archive:\n  time_zone: Europe/Berln\n  minimum_free_bytes: -1",
            "callark.yaml:2: archive.time_zone is \"Europe/Berln\"; it must be an IANA time zone such as UTC or "
                + "Europe/Berlin; did you mean \"Europe/Berlin\"?",
            "callark.yaml:3: archive.minimum_free_bytes is \"-1\"; it must be a whole number of bytes, at least 0"
        ),
        BadInput(
            "archive:\n  time_zone: europe/berlin",
            "callark.yaml:2: archive.time_zone is \"europe/berlin\"; it must be an IANA time zone such as UTC or "
                + "Europe/Berlin; did you mean \"Europe/Berlin\"?"
        ),
        BadInput(
            "archive:\n  root: ~/calls",
            "callark.yaml:2: archive.root is \"~/calls\"; it must be a path; \"~\" is not expanded, write the folder out"
        ),
        BadInput("archive:\n  root: \"\"", "callark.yaml:2: archive.root is empty; it must be a path"),
        BadInput(
            "archive:\n  root: /",
            "callark.yaml:2: archive.root is the root of the whole file system; give a folder below it"
        ),
        BadInput(
            "archive:\n  root: !vault abc",
            "callark.yaml:2: archive.root has the tag \"!vault\", which has no meaning here"
        ),
        BadInput(
            "archive:\n  [a, b]: c",
            "callark.yaml:2: archive has a key that is not a word"
        ),
    ]

    @Test(arguments: global)
    func `a bad value or key is named with its line and what to do`(_ input: BadInput) throws {
        let problems = try Installation("\(input.yaml)\n\(Installation.minimal)\n").problems()
        #expect(problems == input.problems)
    }

    static let whole: [BadInput] = [
        BadInput("", "callark.yaml: the file is empty"),
        BadInput("# nothing\n\n", "callark.yaml: the file is empty"),
        BadInput("---\n", "callark.yaml: the file is empty"),
        BadInput(
            "- a\n- b",
            "callark.yaml:1: the file must be made of sections such as \"archive:\" and \"organizations:\""
        ),
        BadInput(
            "hello",
            "callark.yaml:1: the file must be made of sections such as \"archive:\" and \"organizations:\""
        ),
        BadInput("archive:\n\troot: /x", "callark.yaml:2: a tab indents this line; YAML allows only spaces"),
        BadInput(
            "archive: {root: /x\ndownloads: 3",
            "callark.yaml:2: not valid YAML at column 10: did not find expected ',' or '}'"
        ),
        BadInput(
            "archive:\n  root: /a\n  root: /b",
            "callark.yaml:2: \"root\" is given more than once in one section"
        ),
        BadInput("archive:\n  root: *unknown", "callark.yaml:2: not valid YAML at column 9: found undefined alias"),
        BadInput("a: 1\n---\nb: 2", "callark.yaml:2: not valid YAML at column 1: but found another document"),
        BadInput("archive:\n  root: a\u{0}b", "callark.yaml:2: not valid YAML: control characters are not allowed"),
        BadInput(
            "archive: {root: /x}",
            "callark.yaml: organizations is missing; give a list with at least one organization"
        ),
        BadInput(
            "organizations: []",
            "callark.yaml: organizations is missing; give a list with at least one organization"
        ),
        BadInput(
            "organizations:\n  name: acme",
            "callark.yaml:2: organizations must be a list whose items begin with \"- name:\""
        ),
        BadInput("organizations:\n  - acme", "callark.yaml:2: organizations[0] must be a section of keys"),
    ]

    @Test(arguments: whole)
    func `a file that is no configuration says so in one line`(_ input: BadInput) throws {
        let problems = try Installation(input.yaml).problems()
        #expect(problems == input.problems)
    }

    @Test func `text that is not UTF-8 is reported with its line`() throws {
        let installation = try Installation()
        try installation.write(Data("archive:\n  root: /caf".utf8) + [0xE9, 0x0A], to: "callark.yaml")
        #expect(installation.problems() == ["callark.yaml:2: the file is not UTF-8 text"])
    }

    @Test func `a byte order mark does no harm`() throws {
        #expect(try Installation("\u{FEFF}" + Installation.minimal).problems() == [])
    }

    @Test func `a file that is absent, a folder, too large or a pipe is reported`() throws {
        let installation = try Installation()
        func problem(_ path: String) -> String {
            do {
                _ = try Settings.load(option: path, environment: [:], currentDirectory: installation.folder)
                return ""
            } catch {
                return error.description
            }
        }
        #expect(problem("none.yaml") == "none.yaml: cannot read the file: no such file or directory")
        #expect(
            problem(installation.folder) == "\(installation.folder): cannot read the file: it is not a regular file"
        )
        try installation.write(Data(count: 1 << 21), to: "large.yaml")
        #expect(problem("large.yaml") == "large.yaml: cannot read the file: it has more than 1048576 bytes")
        #expect(mkfifo("\(installation.folder)/pipe.yaml", 0o600) == 0)
        #expect(problem("pipe.yaml") == "pipe.yaml: cannot read the file: it is not a regular file")
    }

    @Test(arguments: ["[", "{a: ", "- "])
    func `a file nested without end is refused, not followed`(_ opening: String) throws {
        let problems = try Installation(String(repeating: opening, count: 100_000)).problems()
        #expect(problems.count == 1)
        #expect(problems.allSatisfy { $0.utf8.count < 200 })
    }

    @Test func `a tree of aliases that would fill the memory is refused quickly`() throws {
        var yaml = "x0: &a0 [lol]\n"
        for level in 1...40 {
            let items = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            yaml += "x\(level): &a\(level) [\(items)]\n"
        }
        yaml += "archive:\n  root: *a40\n" + Installation.minimal
        #expect(try Installation(yaml).problems().count == 42)
    }

    @Test func `every problem is reported, in the order of the lines, then the environment`() throws {
        let installation = try Installation(
            """
            downloads: {concurrency: 0}
            organizations:
              - name: Acme
                auth: {access_token: "a b"}
              - name: beta
                org_id: 1
                region: us1
                auth: {client_id: c}
              - {name: beta, org_id: 2, region: us1, auth: {access_token: t}}
            archive: {rot: 1}
            """
        )
        #expect(
            installation.problems(["CALLARK_DOWNLOADS_ATTEMPTS": "0"]) == [
                "callark.yaml:1: downloads.concurrency is \"0\"; it must be a whole number, from 1 to 512",
                "callark.yaml:3: organizations[0].name is \"Acme\"; it must be 1 to 40 of a-z, 0-9 and \"-\"",
                "callark.yaml:3: organizations[0].org_id is missing; "
                    + "give the provider's ID of the organization, without spaces",
                "callark.yaml:3: organizations[0].region is missing; give it, or organizations[0].api_base_url",
                "callark.yaml:4: organizations[0].auth.access_token is not usable (its value is not shown); "
                    + "it must be a secret of visible ASCII characters, without spaces",
                "callark.yaml:5: organizations.beta.auth.client_secret is missing; give a secret of visible ASCII "
                    + "characters, without spaces, or set CALLARK_ORG_BETA_CLIENT_SECRET",
                "callark.yaml:9: a second organization is called \"beta\", after that of line 5; give it another name",
                "callark.yaml:10: unknown key \"archive.rot\"; did you mean \"archive.root\"?",
                "CALLARK_DOWNLOADS_ATTEMPTS: downloads.attempts is \"0\"; it must be a whole number, from 1 to 100",
            ]
        )
    }
}
