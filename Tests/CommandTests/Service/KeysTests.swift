import Evidence
import Foundation
import Recordings
import Testing

@Suite struct `API keys` {
    @Test func `are created once, shown once, and in the evidence log`() async throws {
        try await Desk.with(calls: 0) { desk in
            let created = try await desk.run(
                "keys",
                "create",
                "--name",
                "nightly",
                "--role",
                "operator",
                "--json"
            )
            #expect(created.status == 0)
            let lines = try created.objects
            #expect(lines.map { $0["type"]?.text } == ["key", "summary"])
            #expect(lines[0]["name"]?.text == "nightly" && lines[0]["role"]?.text == "operator")
            let key = try #require(lines[0]["key"]?.text)
            #expect(key.wholeMatch(of: /clk_[A-Za-z0-9_-]{43}/) != nil)
            let again = try await desk.run("keys", "create", "--name", "nightly", "--role", "viewer")
            #expect(again.status == 64)
            #expect(try again.complaint.contains("choose another"))
            for arguments in [["keys", "list"], ["keys", "list", "--json"], ["keys", "list", "--csv"], ["keys"]] {
                let list = try await desk.start(arguments).end()
                #expect(list.status == 0 && list.output.contains("nightly") && !list.output.contains(key))
            }
            let entries = try desk.entries(.accessCreated)
            #expect(entries.map { $0.text(.name) } == ["nightly"])
            #expect(entries.map { $0.text(.role) } == ["operator"])
            #expect(entries.first?.actor.uid == getuid())
        }
    }

    @Test func `are revoked once, and their names not given again`() async throws {
        try await Desk.with(calls: 0) { desk in
            #expect(try await desk.run("keys", "create", "--name", "a", "--role", "viewer").status == 0)
            #expect(try await desk.run("keys", "revoke", "a").status == 0)
            let again = try await desk.run("keys", "revoke", "a")
            #expect(again.status == 0 && again.output.contains("already"))
            #expect(try desk.entries(.accessRevoked).map { $0.text(.name) } == ["a"])
            let unknown = try await desk.run("keys", "revoke", "b")
            #expect(unknown.status == 66)
            #expect(try await desk.run("keys", "create", "--name", "a", "--role", "viewer").status == 64)
            #expect(try await desk.run("keys", "list").output.contains("0 keys; 1 more, revoked or expired"))
            #expect(try await desk.run("keys", "list", "--all").output.contains("revoked"))
        }
    }

    @Test(
        arguments: [
            (["--name", "x y", "--role", "viewer"], 64), (["--name", "x", "--role", "boss"], 64),
            (["--name", "x", "--role", "viewer", "--expires", "2001-01-01"], 64),
            (["--name", "x", "--role", "viewer", "--expires", "soon"], 64),
            (["--name", "x", "--role", "viewer", "--organization", "zeta"], 66), (["--role", "viewer"], 64),
        ] as [([String], Int32)]
    )
    func `that cannot be are refused, and nothing is kept`(_ arguments: [String], _ status: Int32) async throws {
        try await Desk.with(calls: 0) { desk in
            let ending = try await desk.start(["keys", "create"] + arguments).end()
            #expect(ending.status == status, "\(ending.errors)")
            #expect(try await desk.run("keys", "list", "--all").output.hasPrefix("0 keys"))
        }
    }

    @Test func `are not created if the evidence log does not accept it`() async throws {
        try await Desk.with(calls: 0) { desk in
            #expect(try await desk.run("keys", "create", "--name", "a", "--role", "viewer").status == 0)
            try FileManager.default.removeItem(atPath: "\(desk.root)/log/acme/tail")
            let refused = try await desk.run("keys", "create", "--name", "b", "--role", "viewer")
            #expect(refused.status == 65, "\(refused.errors)")
            #expect(try await desk.run("keys", "list").output.contains("1 key;"))
        }
    }

    @Test func `need a root`() async throws {
        try await Desk.with(calls: 0, hasRoot: false) { desk in
            let key = try await desk.run("keys", "create", "--name", "a", "--role", "viewer")
            let service = try await desk.run("serve")
            #expect(key.status == 74 && service.status == 74)
        }
    }
}
