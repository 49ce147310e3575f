import Foundation
import Simulator
import TestSupport
import Testing

/// The commands of the vault, with a real store.
@Suite(.needs("a real store (make test)", StoreEngine.Kind.seaweedFS.isInstalled))
struct `A vault` {
    @Test func `is looked at without becoming its writer, and its lock is proven`() async throws {
        try await VaultDesk.with(calls: 1) { vault in
            // As the first command after `init`.
            try await vault.desk.makeRoot(environment: vault.elsewhere)
            try await vault.run("vault", "check", environment: vault.elsewhere)
            let configured = try await vault.run("config", "check")
            #expect(configured.output.contains("answers; no archive writes there yet"))
            let nothing = try await vault.run("verify", "--remote").output
            #expect(nothing.contains("answers and has no archive; nothing was read: there is no manifest"))
            #expect(!nothing.contains("no damage"))
            let empty = try await vault.status().summary
            #expect(empty["writer"] == nil && empty["proven"] == nil && empty["waiting"] == .number(0))
            #expect(empty["lock"]?.text == "compliance" && empty["place"]?.text?.hasSuffix("/\(vault.bucket)") == true)

            let check = try await vault.run("vault", "check")
            #expect(check.output.contains("\n  lock: compliance, proven: the store refused\n"))
            let line = try #require(try await vault.run("vault", "check", "--json").objects.last)
            #expect(line["type"]?.text == "summary" && line["proven"] == .boolean(true))
            #expect(line["breaches"] == .list([]) && line["refuses_wrong_checksums"] == .boolean(true))
            let proven = try await vault.status().summary
            #expect(proven["proven"] == .boolean(true) && proven["checked_time"]?.text == line["time"]?.text)

            for command in [["vault"], ["vault", "status"], ["vault", "check"], ["vault", "push", "--dry-run"]] {
                let screen = try await vault.desk.show(60, command)
                #expect(screen.status == 0 && !screen.output.isEmpty)
                let long = screen.output.split(separator: "\n").filter { $0.count > 60 }
                #expect(long.isEmpty, "\(command): \(long)")
                let shell = ["bash", "-c", "\"$@\" > /dev/full", "bash"]
                #expect(try await vault.desk.start(command, within: shell).end().status == 74, "\(command)")
            }
        }
    }

    @Test func `that is not configured is said so by every command`() async throws {
        try await VaultDesk.with(calls: 1) { vault in
            for command in ["status", "check", "push", "take-over"] {
                let ending = try await vault.run("vault", command, expecting: 78, environment: vault.without)
                #expect(try ending.complaint.contains("has no section vault") && ending.output.isEmpty, "\(command)")
            }
            let line = try await vault.run(
                "vault",
                "push",
                "--dry-run",
                "--json",
                expecting: 78,
                environment: vault.without
            )
            #expect(try line.objects.last?["error"]?.text?.contains("has no section vault") == true)
        }
    }

    @Test func `that has nothing yet hides no archive that only the evidence log knows`() async throws {
        try await VaultDesk.with(earlier: [1]) { vault in
            let first = try #require(vault.desk.simulator.world.days.first)
            try await vault.run("archive", "--day", first, environment: vault.without)
            let (manifest, kept) = ("\(vault.desk.root)/manifest.sqlite", "\(vault.desk.folder)/kept.sqlite")
            // The process has ended, so everything is in the file.
            try FileManager.default.copyItem(atPath: manifest, toPath: kept)
            try await vault.run("archive", "--day", vault.desk.day, environment: vault.without)
            let archive = try #require(try vault.desk.archives().last)
            for path in [archive, archive + ".sha256", manifest] { try FileManager.default.removeItem(atPath: path) }
            for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: manifest + suffix) }
            try FileManager.default.copyItem(atPath: kept, toPath: manifest)
            let remote = try await vault.run("verify", "--remote", expecting: 65)
            #expect(remote.output.contains("nothing was read") && remote.output.contains("\(archive) is missing"))
        }
    }

    @Test func `gets what was sealed before it, and says before what that takes`() async throws {
        try await VaultDesk.with(earlier: [1]) { vault in
            for day in vault.desk.simulator.world.days {
                try await vault.run("archive", "--day", day, environment: vault.without)
            }
            #expect(try await vault.status().figures["disk_only"] == .number(2))
            #expect(try await vault.places() == ["archived disk"])
            let nothing = try await vault.run("verify", "--remote", "--day", vault.desk.day).output
            #expect(nothing.contains("nothing was read: the manifest knows of no archive of \(vault.desk.day) in it\n"))
            #expect(!nothing.contains("no damage"))
            let lines = try await vault.run("verify", "--remote", "--json").objects
            #expect(lines.map { $0["type"]?.text } == ["cost", "summary"])
            #expect(lines.allSatisfy { $0["archives"] == .number(0) })
            let typo = try await vault.run("verify", "--remote", "--day", "2001-01-01", expecting: 66)
            #expect(typo.errors.contains("2001-01-01"))
            let forecast = try #require(try await vault.run("vault", "push", "--dry-run", "--json").objects.last)
            #expect(forecast["dry_run"] == .boolean(true) && forecast["archives"] == .number(2))
            #expect(try await vault.run("vault", "push", "--dry-run").output.contains("\n  put 2 archives, "))
            let untouched = try await vault.status()
            #expect(untouched.figures["disk_only"] == .number(2) && untouched.summary["writer"] == nil)

            let push = try await vault.run("vault", "push")
            #expect(push.output.contains("acme: put 2 archives, ") && push.output.contains("; 0 not in the vault\n"))
            #expect(try await vault.places() == ["archived disk vault"])
            // Nothing is put under a lock that nobody has tried.
            let after = try await vault.status()
            #expect(after.summary["proven"] == .boolean(true) && after.summary["is_writer"] == .boolean(true))
            #expect(after.figures["archives"] == .number(2) && after.figures["bytes"] == forecast["bytes"])
            let again = try await vault.run("vault", "push", "--json").objects
            #expect(again.map { $0["type"]?.text } == ["push", "summary"])
            #expect(again.allSatisfy { $0["archives"] == .number(0) && $0["remaining"] == .number(0) })
        }
    }

    @Test func `has a lost machine's recordings to the byte, and a bare one lists the same`() async throws {
        try await VaultDesk.with(earlier: [1]) { vault in
            let desk = vault.desk
            let first = try #require(desk.simulator.world.days.first)
            try await vault.run("archive", "--from", first)
            #expect(try await vault.places() == ["archived disk vault"])
            let pass = try await vault.run("archive", environment: vault.evicting)
            #expect(pass.output.contains("removed 2 archives from the disk: the vault has them"))
            #expect(try desk.archives().isEmpty)
            #expect(try await vault.places() == ["archived vault"])
            #expect(try await vault.status().figures["evicted"] == .number(2))
            try await vault.run("verify")

            try await expectEveryRecording(vault, in: "from-the-vault")
            let list = try await vault.run("list", "--json").output
            try FileManager.default.removeItem(atPath: desk.root)
            try await vault.run("archive", expecting: 74)
            let rebuilt = try await vault.run("rebuild", "--from-vault", "--take-over", environment: vault.evicting)
            #expect(rebuilt.output.contains("new manifest: 2 archives with \(desk.offered.count) recordings"))
            #expect(try await vault.run("list", "--json").output == list)
            try await expectEveryRecording(vault, in: "on-a-bare-machine")
            let next = try await vault.run("archive", "--json", environment: vault.evicting)
            #expect(try next.objects.last?["complete"] == .boolean(true))
            #expect(try await vault.run("list", "--json").output == list)
            #expect(try desk.archives().isEmpty)
            let remote = try await vault.run("verify", "--remote")
            #expect(remote.output.contains("2 archives, \(desk.offered.count) recordings"))
            try await vault.run("log", "verify")
            #expect(try await vault.status(environment: vault.evicting).summary["epoch"] == .number(2))
        }
    }

    /// Fetches every call, without the provider.
    private func expectEveryRecording(_ vault: VaultDesk, in folder: String) async throws {
        let (desk, path) = (vault.desk, "\(vault.desk.folder)/\(folder)")
        let before = desk.simulator.counters.requests(to: .media)
        let tasks = Set(desk.simulator.servedRecordings().map(\.taskID)).sorted()
        let fetch = try await desk.start(["fetch", "-o", path] + tasks).end()
        #expect(fetch.status == 0, "\(fetch.errors)")
        let script = "find . -name '*.wav' -exec sha256sum {} + | cut -d ' ' -f 1 | sort"
        let sums = try await Program.run("sh", ["-c", script], directory: path)
        #expect(sums.output.split(separator: "\n").map(String.init) == desk.offered)
        #expect(desk.simulator.counters.requests(to: .media) == before)
    }

    @Test func `that has stopped, or refuses the key, is 69 or 77, and what waits for it is 75`() async throws {
        try await VaultDesk.with { vault in
            let day = vault.desk.day
            let pass = try await vault.run("archive", "--day", day, expecting: 77, environment: vault.refused)
            #expect(pass.errors.contains("check vault.access_key_id and vault.secret_access_key_file"))
            #expect(try await vault.places() == ["stored disk"])
            for command in ["status", "check", "push", "take-over"] {
                let ending = try await vault.run("vault", command, expecting: 77, environment: vault.refused)
                #expect(ending.errors.contains("vault.secret_access_key_file"), "\(command)")
                let json = try await vault.run("vault", command, "--json", expecting: 77, environment: vault.refused)
                let line = try #require(try json.objects.last)
                #expect(line["type"]?.text == "summary", "\(command)")
            }
            // Nothing is expected there yet, and that can only be said of a vault that answers.
            try await vault.run("verify", "--remote", expecting: 77, environment: vault.refused)
            let waiting = try await vault.status(expecting: 75)
            #expect(waiting.figures["waiting"] == .number(1) && waiting.summary["waiting"] == .number(1))
            #expect(waiting.figures["failure"]?.text?.contains("403") == true)
            let text = try await vault.run("vault", "status", expecting: 75)
            #expect(text.output.contains("waiting to be put: 1 archive, "))

            // The figures are there all the same.
            let stopped = try await vault.run("vault", "status", expecting: 69, environment: try vault.stopped())
            #expect(stopped.errors.contains("check vault.endpoint and the network"))
            #expect(stopped.output.contains("waiting to be put: 1 archive, "))
            // A person waits for these: they try three times, and say so.
            for command in [["vault", "status"], ["vault", "check"], ["config", "check"]] {
                let ending = try await vault.desk.start(command, environment: try vault.stopped()).end()
                #expect(ending.status == 69, "\(command): \(ending.errors)")
                let again = ending.errors.components(separatedBy: "trying again (").dropFirst().map { $0.prefix(6) }
                #expect(again == ["2 of 3", "3 of 3"], "\(command): \(ending.errors)")
            }
            // It says that nobody need wait for it now.
            let busy = try RawServer { peer in
                while peer.readHead() != nil {
                    peer.write("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n")
                }
            }
            defer { busy.stop() }
            for command in ["check", "push", "take-over"] {
                let elsewhere = ["CALLARK_VAULT_ENDPOINT": "http://127.0.0.1:\(busy.port)"]
                let ending = try await vault.run("vault", command, expecting: 69, environment: elsewhere)
                #expect(ending.errors.contains("the store answered 503"), "\(command)")
            }
            try await vault.run("archive", "--day", day)
            #expect(try await vault.places() == ["archived disk vault"])
            #expect(try await vault.status().figures["waiting"] == .number(0))
        }
    }

    @Test func `without a real lock is 78 and gets nothing, unless none is wanted`() async throws {
        try await VaultDesk.with(lock: false) { vault in
            let configured = try await vault.run("config", "check", expecting: 78)
            #expect(configured.output.contains("has no versions"))
            let check = try await vault.run("vault", "check", expecting: 78)
            #expect(check.output.contains("lock: NOT REAL") && check.output.contains("the bucket keeps no versions"))
            let line = try await vault.run("vault", "check", "--json", expecting: 78).objects.last
            #expect(line?["proven"] == .boolean(false) && line?["breaches"]?.list.count == 1)
            #expect(try await vault.run("vault", expecting: 78).output.contains("lock: NOT REAL"))
            try await vault.run("archive", "--day", vault.desk.day, expecting: 78)
            #expect(try await vault.places() == ["stored disk"])
            let waiting = try await vault.status(expecting: 78)
            #expect(waiting.figures["archives"] == .number(0) && waiting.figures["waiting"] == .number(1))

            let unlocked = ["CALLARK_VAULT_LOCK": "none"]
            let allowed = try await vault.run("vault", "check", environment: unlocked)
            #expect(allowed.output.contains("lock: none; whoever may write may also delete"))
            try await vault.run("archive", "--day", vault.desk.day, environment: unlocked)
            #expect(try await vault.places() == ["archived disk vault"])
            let status = try await vault.run("vault", "status", environment: unlocked)
            #expect(status.output.contains("lock: none; whoever may write may also delete"))
        }
    }

    @Test func `has one writer, until another one takes over`() async throws {
        try await VaultDesk.with { vault in
            try await vault.run("archive", "--day", vault.desk.day)
            let other = vault.elsewhere
            try await vault.desk.makeRoot(environment: other)
            #expect(try await vault.status(expecting: 78, environment: other).summary["is_writer"] == .boolean(false))
            let status = try await vault.run("vault", "status", expecting: 78, environment: other)
            #expect(status.output.contains("writer: another archive root, ") && status.output.contains("may only read"))
            let configured = try await vault.run("config", "check", expecting: 78, environment: other)
            #expect(configured.output.contains("run `callark vault take-over`"))

            let taken = try await vault.run("vault", "take-over", environment: other)
            #expect(taken.output.contains("from now on (epoch 2)") && taken.output.contains("does not count"))
            let again = try #require(
                try await vault.run("vault", "take-over", "--json", environment: other).objects.last
            )
            #expect(again["took_over"] == .boolean(false) && again["epoch"] == .number(2))
            #expect(try await vault.status(environment: other).summary["is_writer"] == .boolean(true))
            // The first one notices it.
            let lost = try await vault.run("archive", "--day", vault.desk.day, expecting: 78)
            #expect(lost.errors.contains("belongs to the archive root"))
            let back = try #require(try await vault.run("vault", "take-over", "--json").objects.last)
            #expect(back["took_over"] == .boolean(true) && back["former_root"] == again["root"])
            #expect(back["epoch"] == .number(3))
            #expect(try await vault.places() == ["archived disk vault"])
        }
    }

    @Test func `says that somebody has deleted what names its writer`() async throws {
        try await VaultDesk.with(calls: 1) { vault in
            let day = vault.desk.day
            try await vault.run("archive", "--day", day)
            try await vault.store.hide("writer.json", in: vault.bucket)
            let hidden = try await vault.status().summary
            #expect(hidden["is_writer"] == .boolean(true) && hidden["writer_deleted"] == .boolean(true))
            let text = try await vault.run("vault", "status").output
            #expect(text.contains("writer: this archive root, ") && text.contains("somebody has deleted writer.json"))

            try await vault.store.lose("writer.json", in: vault.bucket)
            let lost = try await vault.status(expecting: 78).summary
            #expect(lost["is_writer"] == .boolean(false) && lost["writer_deleted"] == .boolean(true))
            #expect(lost["writer"] == nil)
            let status = try await vault.run("vault", "status", expecting: 78)
            #expect(status.output.contains("writer: UNKNOWN: the vault has archives"))
            #expect(try await vault.run("archive", "--day", day, expecting: 78).errors.contains("take-over"))
            try await vault.run("vault", "take-over")
            let again = try await vault.status().summary
            #expect(again["is_writer"] == .boolean(true) && again["writer_deleted"] == nil)
            #expect(again["epoch"] == .number(2))
        }
    }
}
