import Foundation
import TestSupport
import Testing

/// Commands that root runs over the root folder of another account.
@Suite(.enabled(if: getuid() == 0, "needs to give files away"))
struct `The root folder of another account` {
    private static let owner = "10001"
    private static let become = ["setpriv", "--reuid", owner, "--regid", owner, "--clear-groups"]

    /// Gives everything to an account without a name.
    private func give(_ desk: Desk) async throws {
        let ending = try await Program.run("chown", ["-R", "\(Self.owner):\(Self.owner)", desk.folder])
        try #require(ending.status == 0, "\(ending.errors)")
    }

    /// What root owns below the root folder.
    private func ownedByRoot(_ desk: Desk) async throws -> String {
        try await Program.run("find", [desk.root, "-uid", "0"]).output
    }

    @Test func `is read by root, which leaves nothing there`() async throws {
        try await Desk.with(calls: 2, mix: .plain) { desk in
            try await desk.archiveDay()
            #expect(try await desk.run("keys", "create", "--name", "a", "--role", "viewer").status == 0)
            try await give(desk)
            let commands = [
                ["status"], ["list"], ["report", "--day", desk.day], ["events"], ["gaps"], ["audit"], ["keys", "list"],
                ["log", "status"], ["log", "verify"], ["verify", "--quick"], ["auth", "status"],
                ["backup", "\(desk.folder)/backup"], ["config", "show"],
            ]
            for command in commands {
                let ending = try await desk.start(command).end()
                #expect(ending.status == 0, "\(command): \(ending.errors)")
                #expect(try await ownedByRoot(desk) == "", "\(command)")
            }
            // Nor can it note who looks: that has to be noted, or it is a warning.
            var noting = ["CALLARK_AUDIT_METADATA": "true"]
            for isRequired in [true, false] {
                noting["CALLARK_AUDIT_REQUIRED"] = "\(isRequired)"
                for command in [["list"], ["audit", "--csv"]] {
                    let ending = try await desk.start(command, environment: noting).end()
                    #expect(ending.status == (isRequired ? 74 : 0), "\(command): \(ending.errors)")
                    #expect(ending.errors.contains("`sudo -u '#10001' callark …`"), "\(command): \(ending.errors)")
                    #expect(ending.output.isEmpty == isRequired, "\(command): \(ending.output)")
                    #expect(try await ownedByRoot(desk) == "", "\(command)")
                }
            }
            // It cannot note what it has read, and says so.
            let verify = try await desk.run("verify")
            #expect(verify.status == 0 && verify.errors.contains("could not record which archives were verified"))
            #expect(try await ownedByRoot(desk) == "")
        }
    }

    @Test func `is not written to by root: the command to run instead is named`() async throws {
        try await Desk.with(calls: 2, mix: .plain) { desk in
            try await desk.archiveDay()
            try await give(desk)
            let commands = [
                ["archive"], ["archive", "--dry-run", "--day", desk.day], ["fetch", "x", "-o", "\(desk.folder)/out"],
                ["verify", "--repair"], ["rebuild"], ["init"], ["serve"], ["auth", "refresh"], ["auth", "logout"],
                ["keys", "create", "--name", "a", "--role", "viewer"], ["keys", "revoke", "a"], ["log", "recover"],
                ["gaps", "explain", "x", "--reason", "other", "--note", "n"],
                ["case", "export", "--case", "c", "--reason", "r", "--day", desk.day, "-o", "\(desk.folder)/case"],
            ]
            for command in commands {
                let ending = try await desk.start(command).end()
                #expect(ending.status == 74, "\(command): \(ending.errors)")
                #expect(try ending.complaint.contains("`sudo -u '#10001' callark …`"), "\(command)")
                #expect(try await ownedByRoot(desk) == "", "\(command)")
            }
            let check = try await desk.run("config", "check")
            #expect(check.status == 74 && check.output.contains("belongs to uid 10001"), "\(check.output)")
            #expect(try await ownedByRoot(desk) == "")
            let own = try await desk.start(["archive", "--day", desk.day], within: Self.become).end()
            #expect(own.status == 0, "\(own.errors)")
        }
    }

    @Test func `is written to by its service, for root too`() async throws {
        try await Desk.with(calls: 2, mix: .plain) { desk in
            try await give(desk)
            let service = try await desk.serving(within: Self.become).program
            let archive = try await desk.run("archive", "--day", desk.day, environment: desk.unable())
            #expect(archive.status == 0, "\(archive.errors)")
            #expect(try await desk.archived() == desk.offered)
            let fetch = try await desk.run("fetch", "x", "-o", "\(desk.folder)/out")
            #expect(fetch.status == 74, "\(fetch.errors)")
            #expect(try await ownedByRoot(desk) == "")
            try await service.stopped()
        }
    }
}
