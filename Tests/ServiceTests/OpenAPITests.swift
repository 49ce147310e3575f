import Files
import Foundation
import Simulator
import TestSupport
import Testing

@testable import Service

/// docs/openapi.yaml, compared with the routes and, by schemathesis (PyPI), with the answers of the real server.
@Suite struct `The description of the API` {
    private static let python = ProcessInfo.processInfo.environment["CALLARK_TEST_PYTHON"] ?? "python3"
    private static var file: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "docs/openapi.yaml")
    }

    private static func isInstalled() -> Bool {
        (try? Tool.run(python, "-c", "import schemathesis").status) == 0
    }

    /// Runs Python until it exits, on a thread that may block.
    private static func run(_ arguments: [String]) async throws -> (status: Int32, output: String) {
        try await BlockingWork.run { _ throws(any Error) in
            let outcome = try Tool.run(python, arguments)
            return (outcome.status, outcome.output)
        }
    }

    @Test func `is given out as it is in the documents`() async throws {
        try await Office.with(isArchived: false) { office in
            let reply = try await office.ask("/api/v1/openapi.yaml", key: office.key())
            #expect(reply.headers["content-type"] == "application/yaml")
            #expect(Data(reply.body) == (try Data(contentsOf: Self.file)))
        }
    }

    @Test func `has every route, and no other`() async throws {
        try await Office.with(isArchived: false) { office in
            let list = """
                import sys, yaml
                for path, item in yaml.safe_load(open(sys.argv[1]))["paths"].items():
                    for method in item:
                        if method in ("get", "put", "post", "delete", "patch"): print(method.upper(), path)
                """
            let described = try await Self.run(["-c", list, Self.file.path])
            try #require(described.status == 0, "\(described.output)")
            let routes = office.routes.filter { !PageRoutes.patterns.contains($0.pattern.description) }.map {
                "\($0.method) \($0.pattern)".replacing("...}", with: "}")
            }
            #expect(described.output.split(separator: "\n").map(String.init).sorted() == routes.sorted())
        }
    }

    @Test func `names every error that the door can answer with`() async throws {
        let list = """
            import sys, yaml
            api = yaml.safe_load(open(sys.argv[1]))
            for path, item in api["paths"].items():
                for method, operation in item.items():
                    if method not in ("get", "put", "post", "delete", "head"): continue
                    wanted = {"400", "500"}
                    # Whoever is let in may be refused for a key, a role, another site, or because it cannot be looked up.
                    if operation.get("security", api["security"]): wanted |= {"401", "403", "429", "502", "503"}
                    if "requestBody" in operation: wanted.add("413")
                    missing = wanted - set(operation["responses"]) - ({"500"} if path == "/healthz" else set())
                    if missing: print(method, path, sorted(missing))
            """
        let missing = try await Self.run(["-c", list, Self.file.path])
        #expect(missing.status == 0 && missing.output.isEmpty, "\(missing.output)")
    }

    /// Runs schemathesis against the service.
    /// - Parameter settings: its configuration, in TOML.
    private static func tryOut(_ office: Office, key: String, _ settings: String) async throws {
        let folder = try TemporaryFolder()
        let file = try folder.put("schemathesis.toml", Array(settings.utf8))
        let command = "from schemathesis.cli import schemathesis; schemathesis()"
        let report = try await run(
            [
                "-c", command, "--config-file", file, "run", Self.file.path, "--url",
                "http://127.0.0.1:\(office.port)", "--header", "Authorization: Bearer \(key)", "--checks", "all",
                "--exclude-checks",
                // Excluded, because a description cannot say which names, days and cursors exist, and because the
                // service answers many wrong keys with 429.
                "positive_data_acceptance,ignored_auth", "--phases", "examples,coverage,fuzzing", "--max-examples",
                "15", "--seed", "1", "--no-color", "--workers", "1", "--generation-database", "none",
            ]
        )
        #expect(report.status == 0, "\(report.output)")
        let failed = office.requests.all.filter { $0.status >= 500 }
        #expect(failed.isEmpty, "\(failed)")
    }

    /// A call with a gap, and an export of a case named `trial`, which has a call.
    private func prepare(_ office: Office, _ held: Held, key: String) async throws -> (gap: String, export: String) {
        let gaps = try await office.ask("/api/v1/gaps", key: key).json["gaps"]?.list ?? []
        let gap = try #require(gaps.first?["task_id"]?.text)
        _ = try await office.ask("POST", "/api/v1/cases", key: key, body: #"{"name":"trial"}"#)
        let call = "/api/v1/cases/trial/calls/acme/\(held.task)"
        #expect(try await office.ask("PUT", call, key: key).status == 201)
        let begun = try await office.ask("POST", "/api/v1/cases/trial/exports", key: key, body: #"{"reason":"x"}"#)
        let location = try #require(begun.headers["location"])
        try await eventually { try await office.ask(location, key: key).json["state"] == .text("complete") }
        return (gap, try #require(begun.json["id"]?.text))
    }

    /// What exists, so that most requests get to what is behind the names. The operation that revokes keys is left out: names
    /// are taken from earlier answers, so it would revoke the key of the trial itself, and all that follows would be refused.
    private func settings(_ office: Office, _ held: Held, gap: String, export: String) -> String {
        """
        [dictionaries]
        organization = { values = ["acme"] }
        task = { values = ["\(held.task)"] }
        gap = { values = ["\(gap)"] }
        file = { values = ["\(held.file)"] }
        day = { values = ["\(office.day)"] }
        month = { values = ["\(office.day.prefix(7))"] }
        [parameters]
        "path.organization" = { dictionary = "organization", probability = 0.9 }
        "query.organization" = { dictionary = "organization", probability = 0.9 }
        "path.task_id" = { dictionary = "task", probability = 0.9 }
        "query.task" = { dictionary = "task", probability = 0.5 }
        "path.file" = { dictionary = "file", probability = 0.9 }
        "path.day" = { dictionary = "day", probability = 0.9 }
        "query.month" = { dictionary = "month", probability = 0.5 }
        "body.organizations[*]" = { dictionary = "organization", probability = 0.9 }
        "body.tasks[*]" = { dictionary = "gap", probability = 0.9 }
        "body.organization" = { dictionary = "organization", probability = 0.9 }
        "body.day" = { dictionary = "day", probability = 0.9 }
        [[operations]]
        include-operation-id = "getArchive"
        parameters = { "path.name" = "acme-\(office.day)-001" }
        [[operations]]
        include-operation-id = ["getCase", "addCallToCase", "exportCase", "getExport", "getExportFile"]
        parameters = { "path.name" = "trial", "path.id" = "\(export)" }
        [[operations]]
        include-operation-id = "revokeKey"
        enabled = false
        """
    }

    @Test(.needs("schemathesis", isInstalled()), arguments: [Role.admin, .viewer])
    func `is true of the real server, whatever it is asked`(_ role: Role) async throws {
        var mix = CallMix()
        mix.missingShare = 0.5
        try await Office.with(calls: 16, mix: mix) { office in
            let key = try await office.key(role)
            let admin = role == .admin ? key : try await office.key(.admin)
            let held = try await Held(office, key: admin)
            let (gap, export) = try await prepare(office, held, key: admin)
            try await Self.tryOut(office, key: key, settings(office, held, gap: gap, export: export))
            // Logins and webhooks are tried without a right key or signature.
            let answered = office.requests.all.filter { line in
                !["-", "/session", "/oidc", "/webhooks"].contains { line.route.hasPrefix($0) }
            }
            // Hardly any request was turned away at the door, and most routes were gone through.
            let refused = answered.count { $0.status == 401 || $0.status == 429 }
            #expect(refused * 20 < answered.count, "\(refused) of \(answered.count)")
            let reached = Set(answered.filter { (200..<300).contains($0.status) }.map { "\($0.method) \($0.route)" })
            #expect(reached.count > (role == .admin ? 48 : 14), "\(reached.sorted())")
        }
    }

    @Test(.needs("schemathesis", isInstalled())) func `is true of revoking a key`() async throws {
        try await Office.with(isArchived: false) { office in
            _ = try await office.key(.viewer, name: "spare")
            let settings = """
                [[operations]]
                exclude-operation-id = "revokeKey"
                enabled = false
                [[operations]]
                include-operation-id = "revokeKey"
                parameters = { "path.name" = "spare" }
                """
            try await Self.tryOut(office, key: office.key(.admin), settings)
            #expect(office.requests.all.contains { $0.route == "/api/v1/keys/{name}" && $0.status == 200 })
        }
    }
}
