import Files
import Foundation
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

    @Test(.needs("schemathesis", isInstalled()), arguments: [Role.admin, .viewer])
    func `is true of the real server, whatever it is asked`(_ role: Role) async throws {
        try await Office.with { office in
            let key = try await office.key(role)
            let command = "from schemathesis.cli import schemathesis; schemathesis()"
            let report = try await Self.run(
                [
                    "-c", command, "run", Self.file.path, "--url", "http://127.0.0.1:\(office.port)", "--header",
                    "Authorization: Bearer \(key)", "--checks", "all", "--exclude-checks",
                    // Excluded, because a description cannot say which names, days and cursors exist, and because the
                    // service answers many wrong keys with 429.
                    "positive_data_acceptance,ignored_auth", "--phases", "examples,coverage,fuzzing", "--max-examples",
                    "15",
                    "--seed", "1", "--no-color", "--workers", "1", "--generation-database", "none",
                ]
            )
            #expect(report.status == 0, "\(report.output)")
            let failed = office.requests.all.filter { $0.status >= 500 }
            #expect(failed.isEmpty, "\(failed)")
        }
    }
}
