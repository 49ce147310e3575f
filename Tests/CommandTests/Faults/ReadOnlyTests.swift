import Foundation
import TestSupport
import Testing

/// A root folder on a file system that is mounted read-only, as the kernel does after an error of the disk.
@Suite(.needs("the right to mount", SmallDisk.isPossible))
struct `A root that is mounted read-only` {
    /// Runs a command that alone sees the root read-only.
    private func run(_ desk: Desk, _ arguments: [String]) async throws -> Program.Ending {
        let mount = "mount --bind \"$0\" \"$0\" && mount -o remount,ro,bind \"$0\" && exec \"$@\""
        return try await desk.start(arguments, within: ["unshare", "-m", "sh", "-c", mount, desk.root]).end()
    }

    @Test func `is backed up, and its keys are listed`() async throws {
        try await Desk.with(calls: 2, mix: .plain) { desk in
            try await desk.archiveDay()
            #expect(try await desk.run("keys", "create", "--name", "nightly", "--role", "viewer").status == 0)
            let names = try FileManager.default.contentsOfDirectory(atPath: desk.root).sorted()
            let backup = try await run(desk, ["backup", "\(desk.folder)/backup", "--secrets"])
            #expect(backup.status == 0, "\(backup.errors)")
            let sums = try Tool.run("sha256sum", "--quiet", "-c", "SHA256SUMS", in: "\(desk.folder)/backup")
            #expect(sums.status == 0, "\(sums.output)")
            let list = try await run(desk, ["keys", "list"])
            #expect(list.status == 0 && list.output.contains("nightly"), "\(list.errors)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: desk.root).sorted() == names)
        }
    }

    @Test func `is not written to: each command names the file and the cause`() async throws {
        try await Desk.with(calls: 2, mix: .plain) { desk in
            try await desk.archiveDay()
            for isThere in [false, true] {
                for command in [["keys", "create", "--name", "a", "--role", "viewer"], ["keys", "revoke", "a"]] {
                    let ending = try await run(desk, command)
                    #expect(ending.status == 74, "\(command): \(ending.errors)")
                    let complaint = try ending.complaint
                    let cause = "service.sqlite: read-only file system; mount it for writing"
                    #expect(complaint.contains(cause), "\(complaint)")
                }
                guard !isThere else { break }
                #expect(try await desk.run("keys", "create", "--name", "a", "--role", "viewer").status == 0)
            }
            let explain = try await run(desk, ["gaps", "explain", "x", "--reason", "other", "--note", "n"])
            #expect(explain.status == 74, "\(explain.errors)")
            let complaint = try explain.complaint
            #expect(complaint.contains("manifest.sqlite") && complaint.contains("mounted for writing"), "\(complaint)")
        }
    }
}
