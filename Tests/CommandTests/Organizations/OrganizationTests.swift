import Foundation
import Simulator
import Testing

/// An organization whose name or ID in the configuration no longer matches the archives.
@Suite struct `An organization` {
    private static func commands(_ desk: Desk) -> [[String]] {
        [
            ["archive", "--day", desk.day], ["archive", "--dry-run", "--day", desk.day], ["list"], ["status"],
            ["status", "--check"], ["report", "--day", desk.day], ["gaps"], ["gaps", "show", "task"], ["events"],
            ["gaps", "explain", "task", "--reason", "other", "--note", "n"],
            ["fetch", "task", "-o", desk.folder + "/o"],
            ["verify", "--repair"],
        ]
    }

    @Test func `that is renamed is refused by every command, with what to do, until it is called as before`()
        async throws
    {
        try await Desk.with(calls: 2, mix: .recorded) { desk in
            try await desk.archiveDay()
            let before = try await desk.run("list", "--json").output
            try desk.write("callark.yaml", desk.yaml.replacing("name: acme", with: "name: acme-emea"))
            for command in Self.commands(desk) {
                let ending = try await desk.start(command).end()
                #expect(ending.status == 78, "\(command): \(ending.output) \(ending.errors)")
                let complaint = try ending.complaint
                #expect(complaint.contains("is called acme in the manifest and acme-emea in the configuration"))
                #expect(complaint.contains("call it acme again"))
            }
            try desk.write("callark.yaml", desk.yaml)
            #expect(try await desk.run("list", "--json").output == before)
            // The digits of a UUID may have either case.
            let id = desk.simulator.organizationID
            try desk.write("callark.yaml", desk.yaml.replacing(id, with: id.uppercased()))
            #expect(try await desk.run("status").status == 0)
        }
    }

    @Test func `whose name is given to another is refused by every command`() async throws {
        try await Desk.with(calls: 2, mix: .recorded) { desk in
            try await desk.archiveDay()
            let other = "0193a5c2-7d1e-4b7a-9f00-3c5e8a1b2d4f"
            try desk.write("callark.yaml", desk.yaml.replacing(desk.simulator.organizationID, with: other))
            for command in Self.commands(desk) {
                let ending = try await desk.start(command).end()
                // A dry run asks the provider, which knows the token's organization, before it checks here.
                #expect(ending.status == 78 || command.contains("--dry-run"), "\(command): \(ending.errors)")
                #expect(ending.status == 77 || ending.errors.contains("another name"), "\(command): \(ending.errors)")
            }
        }
    }
}

/// Environment variables that look like Callark's but are not.
@Suite struct `The environment` {
    @Test func `of a pod beside a Service named callark is warned of in one line, and archives all the same`()
        async throws
    {
        try await Desk.with(calls: 2, mix: .recorded) { desk in
            let pod = [
                "CALLARK_PORT": "tcp://10.0.0.1:8080", "CALLARK_SERVICE_HOST": "10.0.0.1",
                "CALLARK_SERVICE_PORT": "8080", "CALLARK_ARCHIVE_ROT": "/tmp/elsewhere",
            ]
            let ending = try await desk.run("archive", "--day", desk.day, environment: pod)
            #expect(ending.status == 0, "\(ending.errors)")
            let warnings = ending.errors.split(separator: "\n").filter { $0.contains("warning") }
            #expect(warnings.count == 1)
            #expect(warnings.first?.contains("did you mean CALLARK_ARCHIVE_ROOT?") == true)
            #expect(warnings.first?.contains("CALLARK_SERVICE_HOST") == true)
            #expect(!ending.errors.contains("10.0.0.1") && !ending.errors.contains("elsewhere"))
            let check = try await desk.run("config", "check", "--offline", environment: pod)
            #expect(check.status == 0 && check.errors.contains("override no key"))
        }
    }
}
