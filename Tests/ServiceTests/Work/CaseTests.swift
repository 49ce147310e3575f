import Evidence
import Files
import Foundation
import Recordings
import Simulator
import TestSupport
import Testing

@testable import Service
@testable import Wiring

/// Cases by HTTP; their exports are checked by callark-verify.py.
@Suite struct `A case by HTTP` {
    private static let python = ProcessInfo.processInfo.environment["CALLARK_TEST_PYTHON"] ?? "python3"

    private func export(_ office: Office, _ name: String, key: String) async throws -> JSON {
        let body = #"{"reason":"request of the court"}"#
        let begun = try await office.ask("POST", "/api/v1/cases/\(name)/exports", key: key, body: body)
        #expect(begun.status == 202, "\(begun.text)")
        let location = try #require(begun.headers["location"])
        var last = JSON.null
        try await eventually {
            last = try await office.ask(location, key: key).json
            return !["waiting", "running"].contains(last["state"]?.text)
        }
        return last
    }

    /// Unpacks a zip file and has the verifier check the case.
    private static func check(_ zip: [UInt8], key: String) async throws -> Tool.Outcome {
        try await BlockingWork.run { _ throws(any Error) in
            let folder = try TemporaryFolder()
            let path = try folder.put("case.zip", zip)
            let unpacked = try Tool.run(python, "-m", "zipfile", "-e", path, "\(folder.path)/out")
            guard unpacked.status == 0 else { return unpacked }
            let top = try #require(try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/out").first)
            return try Tool.run(python, ["verify.py", "case", ".", "--key", key], in: "\(folder.path)/out/\(top)")
        }
    }

    @Test func `collects calls, and is exported with everything that proves them`() async throws {
        try await Office.with { office in
            let key = try await office.key(.reviewer, name: "rita")
            let tasks = office.simulator.world.tasks().prefix(2).map(\.id)
            let made = try await office.ask(
                "POST",
                "/api/v1/cases",
                key: key,
                body: #"{"name":"2026/17 ä","note":"n"}"#
            )
            #expect(made.status == 201, "\(made.text)")
            let path = try #require(made.headers["location"])
            #expect(path == "/api/v1/cases/2026%2F17%20%C3%A4")
            for (place, status) in [(0, 201), (0, 200), (1, 201)] {
                let call = "\(path)/calls/acme/\(PercentCoding.encoded(tasks[place]))"
                #expect(try await office.ask("PUT", call, key: key).status == status)
            }
            let second = "\(path)/calls/acme/\(PercentCoding.encoded(tasks[1]))"
            #expect(try await office.ask("DELETE", second, key: key).status == 200)
            #expect(try await office.ask("DELETE", second, key: key).problem == "unknown_call")
            let whole = try await office.ask(path, key: key).json
            #expect(whole["calls"]?.list.compactMap { $0["task_id"]?.text } == [tasks[0]])
            let listed = try await office.ask("/api/v1/cases", key: key).json["cases"]?.list
            #expect(listed?.first?["name"] == .text("2026/17 ä") && listed?.first?["calls"] == .number(1))

            let export = try await export(office, "2026%2F17%20%C3%A4", key: key)
            #expect(export["state"] == .text("complete") && export["file"] == .boolean(true), "\(export)")
            let id = try #require(export["id"]?.text)
            let vkey = try #require(export["result"]?["keys"]?["acme"]?.text)
            let file = try await office.ask("\(path)/exports/\(id)/file", key: key)
            #expect(file.status == 200 && file.isWhole && file.headers["content-type"] == "application/zip")
            let part = try await office.ask("\(path)/exports/\(id)/file", key: key, headers: [("Range", "bytes=0-3")])
            #expect(part.status == 206 && part.body == Array("PK\u{3}\u{4}".utf8))
            let checked = try await Self.check(file.body, key: vkey)
            #expect(checked.status == 0, "\(checked.output)")
            try checkLog(office, tasks[0], export)

            let other = try await office.ask("\(path)/exports/\(id)/file", key: office.key(.admin))
            #expect(other.status == 403 && other.problem == "not_yours")
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: office.installation.root.exportsPath) == [
                    "\(id).zip"
                ]
            )
        }
    }

    private func checkLog(_ office: Office, _ task: String, _ export: JSON) throws {
        var entries: [LogEntry] = []
        let reader = try LogReader(LogFolder(path: "\(office.installation.root.logsPath)/acme"))
        try reader.forEachProvenEntry { _, bytes throws(EvidenceError) in
            if let entry = try? LogEntry(bytes), [.audioAccessed, .caseExported].contains(entry.type) {
                entries.append(entry)
            }
        }
        #expect(entries.map(\.type) == [.audioAccessed, .caseExported])
        #expect(entries.allSatisfy { $0.actor.name == "rita" && $0.actor.via == .key })
        #expect(entries.allSatisfy { $0.text(.reason) == "request of the court" && $0.text(.caseName) == "2026/17 ä" })
        #expect(entries.first?.text(.taskID) == task && entries.first?.text(.how) == "export")
        #expect(entries.last?.digest(.manifest)?.description == export["result"]?["manifest"]?.text)
    }

    @Test func `that cannot be is refused`() async throws {
        try await Office.with { office in
            let key = try await office.key(.reviewer)
            for (body, status) in [
                (#"{"name":""}"#, 400), (#"{"name":" "}"#, 400), (#"{"name":"a\nb"}"#, 400), ("{}", 400),
                (#"{"name":"x","note":null}"#, 400),
                (#"{"name":"\#(String(repeating: "x", count: 101))"}"#, 400), (#"{"name":"good"}"#, 201),
                (#"{"name":"good"}"#, 409),
            ] {
                #expect(try await office.ask("POST", "/api/v1/cases", key: key, body: body).status == status, "\(body)")
            }
            let order = #"{"reason":"x"}"#
            let empty = try await office.ask("POST", "/api/v1/cases/good/exports", key: key, body: order)
            #expect(empty.status == 409 && empty.problem == "empty_case")
            #expect(
                try await office.ask("PUT", "/api/v1/cases/good/calls/acme/nope", key: key).problem == "unknown_call"
            )
            #expect(try await office.ask("/api/v1/cases/none", key: key).problem == "unknown_case")
            for body in [#"{"reason":""}"#, #"{"reason":"a\nb"}"#, "{}"] {
                #expect(try await office.ask("POST", "/api/v1/cases/good/exports", key: key, body: body).status == 400)
            }
            #expect(try await office.ask("/api/v1/cases/good/exports/x/file", key: key).problem == "unknown_export")
        }
    }

    @Test func `loses the files of its exports after a week, whether or not there is another export`() async throws {
        try await Office.with(isArchived: false) { office in
            let database = try ServiceDatabase(path: office.installation.root.servicePath)
            let exports = CaseExports(installation: office.installation, database: database)
            let folder = office.installation.root.exportsPath
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let day = 86_400.0
            for (name, age) in [("old.zip", 7.1 * day), ("new.zip", 6.9 * day)] {
                try Data("PK".utf8).write(to: URL(filePath: "\(folder)/\(name)"))
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSinceNow: -age)],
                    ofItemAtPath: "\(folder)/\(name)"
                )
            }
            exports.removeExpired()
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["new.zip"])
            // A file that could not be removed is not given out either.
            var export = CaseExportRecord(
                id: "new",
                matter: try #require(CaseName("x")),
                reason: "x",
                includesVCons: false,
                requestedBy: "ann",
                requestedVia: "key",
                requestedTime: office.installation.now
            )
            export.endedTime = office.installation.now
            #expect(!CaseExports.isExpired(export, at: office.installation.now + .hours(7 * 24)))
            #expect(CaseExports.isExpired(export, at: office.installation.now + .hours(7 * 24) + .seconds(1)))
            try database.close()
        }
    }

    @Test func `is for those who may see all its calls`() async throws {
        try await Office.with { office in
            let key = try await office.key(.reviewer)
            let task = try office.firstTask
            _ = try await office.ask("POST", "/api/v1/cases", key: key, body: #"{"name":"secret"}"#)
            _ = try await office.ask(
                "PUT",
                "/api/v1/cases/secret/calls/acme/\(PercentCoding.encoded(task.id))",
                key: key
            )
            let beta = try await office.key(.admin, organizations: ["beta"])
            #expect(try await office.ask("/api/v1/cases/secret", key: beta).problem == "unknown_case")
            #expect(try await office.ask("/api/v1/cases", key: beta).json["cases"]?.list.isEmpty == true)
            // One without calls is for everyone; pages count only what is seen.
            for name in ["one", "two"] {
                _ = try await office.ask("POST", "/api/v1/cases", key: key, body: #"{"name":"\#(name)"}"#)
            }
            func names(_ key: String, _ query: String) async throws -> (names: [String?], cursor: String?) {
                let page = try await office.ask("/api/v1/cases\(query)", key: key).json
                return (page["cases"]?.list.map { $0["name"]?.text } ?? [], page["next_cursor"]?.text)
            }
            let first = try await names(beta, "?limit=1")
            #expect(first.names == ["two"])
            let second = try await names(beta, "?limit=1&cursor=\(try #require(first.cursor))")
            #expect(second.names == ["one"] && second.cursor == nil)
            let acme = try await office.key(.reviewer, organizations: ["acme"])
            #expect(try await names(acme, "").names == ["two", "one", "secret"])
            let counted = try await office.ask("/api/v1/cases", key: key).json["cases"]?.list.last
            #expect(counted?["calls"] == .number(1) && counted?["exports"] == .number(0))
            let order = #"{"reason":"x"}"#
            #expect(try await office.ask("POST", "/api/v1/cases/secret/exports", key: beta, body: order).status == 404)
            #expect(try await office.ask("/api/v1/cases", key: office.key(.viewer)).status == 403)
            let auditor = try await office.key(.auditor)
            #expect(try await office.ask("/api/v1/cases/secret", key: auditor).status == 200)
            let asked = try await office.ask("POST", "/api/v1/cases/secret/exports", key: auditor, body: order)
            #expect(asked.status == 403)
        }
    }
}
