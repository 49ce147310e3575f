import Evidence
import Foundation
import Simulator
import Testing

/// `callark backup` and `callark restore`.
@Suite struct `A backup` {
    private func backedUp(_ desk: Desk, _ name: String = "backup", _ options: [String] = []) async throws -> String {
        let path = "\(desk.folder)/\(name)"
        let ending = try await desk.start(["backup", path] + options).end()
        try #require(ending.status == 0, "\(ending.errors)")
        return path
    }

    /// Leaves nothing of the root but, if asked for, its archives.
    private func destroy(_ desk: Desk, keepingArchives: Bool) throws {
        let files = FileManager.default
        let kept = "\(desk.folder)/kept"
        if keepingArchives { try files.moveItem(atPath: "\(desk.root)/archives", toPath: kept) }
        try files.removeItem(atPath: desk.root)
        guard keepingArchives else { return }
        try files.createDirectory(atPath: desk.root, withIntermediateDirectories: true)
        try files.moveItem(atPath: kept, toPath: "\(desk.root)/archives")
    }

    @Test func `brings everything back but the archives`() async throws {
        try await Desk.with { desk in
            try await desk.archiveDay()
            #expect(try await desk.run("keys", "create", "--name", "nightly", "--role", "viewer").status == 0)
            let before = try desk.entries().count
            let path = try await backedUp(desk, "backup", ["--secrets"])
            let sums = try await Program.run("sha256sum", ["--quiet", "-c", "SHA256SUMS"], directory: path)
            #expect(sums.status == 0, "\(sums.output)\(sums.errors)")
            for name in ["manifest", "service"] {
                let database = "\(path)/root/\(name).sqlite"
                let check = try await Program.run("sqlite3", [database, "PRAGMA integrity_check"])
                #expect(check.output == "ok\n", "\(check.output)\(check.errors)")
            }
            #expect(try await Program.run("stat", ["-c", "%a", path]).output == "700\n")
            let configuration = try String(contentsOfFile: "\(path)/configuration/callark.yaml", encoding: .utf8)
            #expect(configuration == desk.yaml)

            try destroy(desk, keepingArchives: true)
            let restored = try await desk.run("restore", path, "--json")
            #expect(restored.status == 0, "\(restored.errors)")
            let lines = try restored.objects
            #expect(lines.map { $0["code"]?.text } == ["log_begun", "keys_older", nil])
            // Nothing says whether more was signed since: the old numbers are not given again.
            let previous = try #require(try desk.entries(.logBegun).first?.previous)
            let known = try LogReader(desk.log.previous)
            #expect(known.position == previous && known.position.size == Int64(before))
            #expect(try await desk.archived() == desk.offered)
            #expect(try await desk.run("verify").status == 0)
            #expect(try await desk.run("log", "verify").status == 0)
            #expect(try await desk.run("keys", "list").output.contains("nightly"))
            // The refresh token and the key of the log are those that were in use.
            #expect(try await desk.run("archive", "--day", desk.day).status == 0)
            #expect(try LogReader(desk.log).key.publicKey == LogReader(desk.log.previous).key.publicKey)
            #expect(try await desk.run("log", "verify").status == 0)
            #expect(try await desk.run("keys", "revoke", "nightly").status == 0)
        }
    }

    @Test func `has no secret unless it is asked for`() async throws {
        try await Desk.with(calls: 2) { desk in
            try await desk.archiveDay()
            let path = try await backedUp(desk)
            let key = try String(contentsOfFile: "\(desk.root)/spool/credentials/log.key", encoding: .utf8)
            let tokens = try String(contentsOfFile: "\(desk.root)/spool/credentials/acme.json", encoding: .utf8)
            for name in try #require(FileManager.default.enumerator(atPath: path)?.allObjects as? [String]) {
                let text = (try? Data(contentsOf: URL(filePath: "\(path)/\(name)"))) ?? Data()
                #expect(text.range(of: Data(key.utf8)) == nil && text.range(of: Data(tokens.utf8)) == nil, "\(name)")
            }
            try destroy(desk, keepingArchives: true)
            // The log can be read, and not added to.
            let restored = try await desk.run("restore", path)
            #expect(restored.status == 78, "\(restored.errors)")
            #expect(restored.output.contains("log.key: the key of the log is missing"))
            #expect(try await desk.run("log", "verify").status == 0)
        }
    }

    @Test func `that is older than the log is noticed, and the log recovered`() async throws {
        try await Desk.with { desk in
            try await desk.archiveDay()
            let path = try await backedUp(desk)
            #expect(try await desk.run("keys", "create", "--name", "later", "--role", "viewer").status == 0)
            // A pass publishes the entry.
            #expect(try await desk.run("archive", "--day", desk.day).status == 0)
            for name in ["manifest.sqlite", "service.sqlite", "log"] {
                try FileManager.default.removeItem(atPath: "\(desk.root)/\(name)")
            }
            let restored = try await desk.run("restore", path)
            #expect(restored.status == 65, "\(restored.output)")
            #expect(restored.output.contains("an older state was restored"), "\(restored.output)")
            #expect(try await desk.run("archive", "--day", desk.day).status == 65)
            #expect(try await desk.run("log", "recover").status == 0)
            #expect(try await desk.run("archive", "--day", desk.day).status == 0)
            #expect(try await desk.run("log", "verify").status == 0)
            #expect(try await desk.archived() == desk.offered)
        }
    }

    @Test func `that is older than the archives is noticed, and so are archives that are missing`() async throws {
        try await Desk.with(calls: 4, earlier: [1]) { desk in
            let days = desk.simulator.world.days
            #expect(try await desk.run("archive", "--day", days[0]).status == 0)
            let older = try await backedUp(desk, "older", ["--secrets"])
            try await desk.archiveDay()
            let newer = try await backedUp(desk, "newer", ["--secrets"])
            try destroy(desk, keepingArchives: true)
            let restored = try await desk.run("restore", older, "--json")
            #expect(restored.status == 0, "\(restored.errors)")
            #expect(try restored.objects.contains { $0["code"]?.text == "backup_older" })
            #expect(try restored.objects.contains { $0["code"]?.text == "log_begun" })
            #expect(try await desk.run("archive", "--day", desk.day).status == 0)
            #expect(try await desk.archived() == desk.offered)
            #expect(try desk.entries(.dayClosed).contains { $0.text(.day) == desk.day })
            #expect(try await desk.run("log", "verify").status == 0)

            // As if the newer one was moved to a vault after the older backup.
            let month = "\(desk.root)/archives/acme/\(desk.day.prefix(4))/\(desk.day.dropFirst(5).prefix(2))"
            let tars = try FileManager.default.contentsOfDirectory(atPath: month).filter {
                $0.hasSuffix(".tar") && $0.contains(desk.day)
            }
            #expect(!tars.isEmpty)
            for tar in tars { try FileManager.default.removeItem(atPath: "\(month)/\(tar)") }
            let evicted = try await desk.run("restore", older, "--replace", "--json")
            #expect(evicted.status == 65, "\(evicted.errors)")
            let finding = try evicted.objects.first { $0["code"]?.text == "archives_unread" }
            #expect(finding?["message"]?.text?.contains("before the next pass") == true)

            try destroy(desk, keepingArchives: false)
            let bare = try await desk.run("restore", newer)
            #expect(bare.status == 65, "\(bare.errors)")
            #expect(bare.output.contains("2 archives of the manifest are missing"), "\(bare.output)")
        }
    }

    @Test func `is made while the service runs, and not restored`() async throws {
        try await Desk.with(calls: 2) { desk in
            try await desk.archiveDay()
            let service = try await desk.serving().program
            let path = try await backedUp(desk)
            let refused = try await desk.run("restore", path, "--replace")
            #expect(refused.status == 75, "\(refused.errors)")
            #expect(try refused.complaint.contains("systemctl stop callark"))
            try await service.stopped()

            #expect(try await desk.run("restore", path).status == 64)
            let replaced = try await desk.run("restore", path, "--replace")
            #expect(replaced.status == 0, "\(replaced.errors)")
            let names = try FileManager.default.contentsOfDirectory(atPath: desk.root)
            #expect(names.count { $0.hasPrefix("manifest.sqlite.before-restore-") } == 1)
            #expect(try await desk.archived() == desk.offered)
        }
    }

    @Test func `does not mix with the log of a manifest that is gone`() async throws {
        try await Desk.with(calls: 2) { desk in
            try await desk.archiveDay()
            let path = try await backedUp(desk, "backup", ["--secrets"])
            let manifest = "\(desk.root)/manifest.sqlite"
            // As after a power cut: what was changed last is only in the log.
            let keepLog = ".dbconfig no_ckpt_on_close on"
            let change = "CREATE TABLE stray (x); INSERT INTO stray VALUES (zeroblob(100000))"
            let changed = try await Program.run("sqlite3", ["-cmd", keepLog, manifest, change])
            #expect(changed.status == 0, "\(changed.errors)")
            let files = FileManager.default
            try #require(files.fileExists(atPath: "\(manifest)-wal"))
            try files.removeItem(atPath: manifest)

            let restored = try await desk.run("restore", path)
            #expect(restored.status == 0, "\(restored.errors)")
            let query = "SELECT count(*) FROM sqlite_schema WHERE name = 'stray'; PRAGMA integrity_check"
            #expect(try await Program.run("sqlite3", [manifest, query]).output == "0\nok\n")
            #expect(try await desk.archived() == desk.offered)
            // The log is kept, because nothing is deleted without a word.
            let names = try files.contentsOfDirectory(atPath: desk.root)
            #expect(names.count { $0.hasPrefix("manifest.sqlite.before-restore-") && $0.hasSuffix("-wal") } == 1)
        }
    }

    @Test func `is of one moment, also while a pass writes`() async throws {
        try await Desk.with(calls: 30, earlier: [1]) { desk in
            #expect(try await desk.run("archive", "--day", desk.simulator.world.days[0]).status == 0)
            let pass = try desk.start("archive", "--day", desk.day)
            var paths: [String] = []
            repeat {
                paths.append(try await backedUp(desk, "backup-\(paths.count)"))
            } while pass.isRunning && paths.count < 20
            #expect(try await pass.end().status == 0)
            for path in paths {
                let judged = try await desk.judged(["log", "\(path)/root/log/acme"])
                #expect(judged.status == 0, "\(path): \(judged.output)\(judged.errors)")
                let environment = ["CALLARK_ARCHIVE_ROOT": "\(path)-restored"]
                let restored = try await desk.start(["restore", path, "--json"], environment: environment).end()
                // The archives and the key are elsewhere.
                #expect([65, 78].contains(restored.status), "\(restored.errors)")
            }
        }
    }

    @Test(arguments: [("manifest", "run `callark rebuild`"), ("service", "put it back from an earlier backup")])
    func `of a damaged database says what to do, and leaves nothing`(_ name: String, _ advice: String) async throws {
        try await Desk.with(calls: 2) { desk in
            try await desk.archiveDay()
            #expect(try await desk.run("keys", "create", "--name", "one", "--role", "viewer").status == 0)
            let database = "\(desk.root)/\(name).sqlite"
            try Data("no database".utf8).write(to: URL(filePath: database))
            // Its log would have all of it again.
            for path in [database + "-wal", database + "-shm"] where FileManager.default.fileExists(atPath: path) {
                try FileManager.default.removeItem(atPath: path)
            }
            let refused = try await desk.run("backup", "\(desk.folder)/backup")
            #expect(refused.status == 65, "\(refused.errors)")
            #expect(try refused.complaint.contains(advice), "\(refused.errors)")
            let names = try FileManager.default.contentsOfDirectory(atPath: desk.folder)
            #expect(!names.contains { $0.hasPrefix("backup") })
        }
    }

    @Test func `replaces what one that did not end has left, and nothing else`() async throws {
        try await Desk.with(calls: 2) { desk in
            try await desk.archiveDay()
            let files = FileManager.default
            let path = try await backedUp(desk)
            let draft = "\(path).incomplete"
            // As after a crash: without its list of checksums.
            try files.moveItem(atPath: path, toPath: draft)
            try files.removeItem(atPath: "\(draft)/SHA256SUMS")
            _ = try await backedUp(desk)
            #expect(!files.fileExists(atPath: draft))
            try files.removeItem(atPath: path)
            try files.createDirectory(atPath: draft, withIntermediateDirectories: false)
            _ = try await backedUp(desk)

            try files.removeItem(atPath: path)
            let kept = "\(desk.folder)/kept"
            try files.createDirectory(atPath: kept, withIntermediateDirectories: false)
            try Data("mine".utf8).write(to: URL(filePath: "\(kept)/letter"))
            for isLink in [true, false] {
                if isLink {
                    try files.createSymbolicLink(atPath: draft, withDestinationPath: kept)
                } else {
                    try files.moveItem(atPath: kept, toPath: draft)
                }
                let refused = try await desk.run("backup", path)
                #expect(refused.status == 64, "\(refused.errors)")
                #expect(try refused.complaint.contains("\(draft) is not what a backup left"))
                #expect(try String(contentsOfFile: "\(draft)/letter", encoding: .utf8) == "mine")
                try files.removeItem(atPath: draft)
            }
        }
    }

    @Test func `is not made in the archive, whatever path leads there`() async throws {
        try await Desk.with(calls: 2) { desk in
            try await desk.archiveDay()
            let link = "\(desk.folder)/link"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: desk.root)
            for path in ["\(desk.root)/backup", "\(link)/backup", "\(link)/new/backup", link] {
                let refused = try await desk.run("backup", path)
                #expect(refused.status == 64, "\(path): \(refused.errors)")
            }
            #expect(!FileManager.default.fileExists(atPath: "\(desk.root)/backup"))
        }
    }

    @Test func `that is none, is changed, or is another archive's, changes nothing`() async throws {
        try await Desk.with(calls: 2) { desk in
            try await desk.archiveDay()
            #expect(try await desk.run("backup", "\(desk.root)/backup").status == 64)
            let path = try await backedUp(desk)
            #expect(try await desk.run("backup", path).status == 64)
            #expect(try await desk.run("restore", "\(desk.folder)/none").status == 66)

            let other = ["CALLARK_ARCHIVE_ROOT": "\(desk.folder)/other"]
            try await desk.makeRoot(environment: other)
            #expect(try await desk.run("restore", path, environment: other).status == 78)

            let empty = ["CALLARK_ARCHIVE_ROOT": "\(desk.folder)/empty"]
            let added = "\(path)/root/added"
            try Data("x".utf8).write(to: URL(filePath: added))
            #expect(try await desk.run("restore", path, environment: empty).status == 65)
            try FileManager.default.removeItem(atPath: added)
            try desk.flipByte(of: "\(path)/root/log/acme/checkpoint", at: 5)
            let changed = try await desk.run("restore", path, environment: empty)
            #expect(changed.status == 65)
            #expect(try changed.complaint.contains("log/acme/checkpoint is not what was backed up"))
            try FileManager.default.removeItem(atPath: "\(path)/root/log/acme/checkpoint")
            #expect(try await desk.run("restore", path, environment: empty).status == 65)
            #expect(!FileManager.default.fileExists(atPath: "\(desk.folder)/empty"))
        }
    }
}
