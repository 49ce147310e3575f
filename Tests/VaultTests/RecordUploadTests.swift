import Evidence
import Files
import Foundation
import ObjectStore
import Recordings
import Synchronization
import Testing
import VaultSupport

@testable import Vault

@Suite struct RecordUploadTests {
    private let organization = OrganizationName("acme")

    /// A log with `count` entries in its checkpoint.
    @discardableResult
    private func log(_ bench: VaultBench, adding count: Int) throws -> LogFolder {
        let name = try unwrap(organization)
        let place = EvidenceLog.Place(
            logs: bench.root.logsPath,
            organization: name,
            keyFile: LogKeyFile(path: bench.root.logKeyPath),
            origin: "archive.example/callark",
            actor: .service
        )
        let opened = try EvidenceLog.open(place, now: bench.clock.now)
        let entries = (0..<count).map { number in
            LogEntry(
                .callViewed,
                time: bench.clock.now,
                actor: .service,
                organization: name,
                [.how: .text("list"), .taskID: .text("task-\(number)")]
            )
        }
        if count > 0 { _ = try opened.log.append(entries) }
        try opened.log.fold()
        return place.folder
    }

    private func keep(_ bench: VaultBench, _ snapshot: String = "a manifest") async throws {
        try await bench.again().keepRecords { path in
            try Data(snapshot.utf8).write(to: URL(filePath: path))
        }
    }

    private func kept(_ bench: VaultBench, below prefix: String) -> [String] {
        bench.store.objects.filter { $0.key.hasPrefix(prefix) && $0.value.last?.isDeleteMarker == false }.keys.sorted()
    }

    @Test func `what never changes is locked, and the rest is not`() async throws {
        let bench = try VaultBench()
        try log(bench, adding: 600)
        try await keep(bench)
        let objects = bench.store.objects
        for key in ["log/acme/tile/0/000", "log/acme/tile/entries/001", "log/acme/vkey"] {
            #expect(objects[key]?.last?.retention?.mode == .compliance, "\(key)")
        }
        for key in ["log/acme/checkpoint", "log/acme/tail", "callark.json"] {
            #expect(objects[key] != nil && objects[key]?.last?.retention == nil, "\(key)")
        }
        let partial = kept(bench, below: "log/acme/tile/").filter { $0.contains(".p/") }
        #expect(!partial.isEmpty)
        for key in partial { #expect(objects[key]?.last?.retention == nil, "\(key)") }
        #expect(objects.values.allSatisfy { $0.allSatisfy { $0.metadata["epoch"] == "1" } })
    }

    @Test func `a machine that was replaced keeps nothing more there, even if it has asked before`() async throws {
        let first = try VaultBench()
        let second = try VaultBench(store: first.store, clock: first.clock)
        try log(first, adding: 3)
        try await first.vault.confirmWriter()
        first.clock.advance(by: .hours(1))
        _ = try await second.vault.takeOver()
        let error = await #expect(throws: VaultError.self) { try await first.vault.keepRecords { _ in } }
        #expect(error?.code == .notWriter)
        #expect(first.store.objects.keys.sorted() == ["writer.json"])
    }

    @Test func `neither keys nor tokens nor the service's database nor locks leave the machine`() async throws {
        let bench = try VaultBench()
        try log(bench, adding: 3)
        try Data("secret".utf8).write(to: URL(filePath: "\(bench.root.credentialsFolder)/acme.json"))
        try Data("secret".utf8).write(to: URL(filePath: "\(bench.root.logsPath)/acme/log.key"))
        try Data("service".utf8).write(to: URL(filePath: bench.root.servicePath))
        try await keep(bench)
        let texts = bench.store.objects.flatMap { key, versions in versions.map { (key, $0.bytes) } }
        let key = try Data(contentsOf: URL(filePath: bench.root.logKeyPath))
        for (name, bytes) in texts {
            #expect(!name.contains("credentials") && !name.contains("service") && !name.hasSuffix("lock"), "\(name)")
            #expect(bytes != Array(key) && bytes != Array("secret".utf8), "\(name)")
        }
    }

    @Test func `the next pass puts only what is new, and removes what counts no more`() async throws {
        let bench = try VaultBench()
        try log(bench, adding: 100)
        try await keep(bench)
        let before = bench.store.calls.filter { $0.hasPrefix("put ") }.count
        try await keep(bench)
        #expect(bench.store.calls.filter { $0.hasPrefix("put ") }.count == before)
        bench.clock.advance(by: .minutes(15))
        try log(bench, adding: 200)
        try await keep(bench, "a later manifest")
        #expect(bench.store.objects["log/acme/checkpoint"]?.count == 1)
        #expect(bench.store.objects["log/acme/tail"]?.count == 1)
        #expect(bench.store.objects["log/acme/tile/0/000"]?.count == 1)
        let partial = kept(bench, below: "log/acme/tile/").filter { $0.contains(".p/") }
        let folder = LogFolder(try unwrap(organization), in: bench.root.logsPath)
        for key in partial {
            let path = "\(bench.root.path)/\(key)"
            #expect(FileManager.default.fileExists(atPath: path), "\(key) in \(folder.path)")
        }
    }

    @Test func `seven copies of the manifest are kept`() async throws {
        let bench = try VaultBench()
        for number in 1...10 {
            try await keep(bench, "manifest \(number)")
            bench.clock.advance(by: .minutes(15))
        }
        let copies = kept(bench, below: "manifest/")
        #expect(copies.count == 7)
        #expect(bench.store.objects[try unwrap(copies.last)]?.last?.bytes == Array("manifest 10".utf8))
        try await keep(bench, "manifest 10")
        #expect(kept(bench, below: "manifest/") == copies)
    }

    @Test(arguments: ["log/acme/checkpoint", "log/acme/tail", "callark.json"])
    func `what somebody deleted from the vault is put again`(_ text: String) async throws {
        let bench = try VaultBench()
        try log(bench, adding: 300)
        try await keep(bench)
        let key = try unwrap(ObjectKey(text))
        let bytes = try unwrap(bench.versions(text).last).bytes
        try await bench.store.delete(key, version: nil)
        #expect(try await bench.store.describe(key) == nil)
        try await keep(bench)
        #expect(bench.store.objects[text]?.last?.bytes == bytes)
        #expect(bench.store.objects[text]?.last?.isDeleteMarker == false)
    }

    @Test func `a bucket that was made anew gets everything again`() async throws {
        let bench = try VaultBench()
        try log(bench, adding: 600)
        try await keep(bench)
        let keys = kept(bench, below: "log/")
        // The same place, and nothing in it.
        for key in bench.store.objects.keys { bench.store.lose(key) }
        bench.clock.advance(by: .hours(1))
        try await keep(bench)
        #expect(kept(bench, below: "log/") == keys && keys.contains("log/acme/tile/0/000"))
        #expect(kept(bench, below: "manifest/").count == 1)
    }

    @Test func `the copies of the former writer's manifest go when there are enough others`() async throws {
        let first = try VaultBench()
        for number in 1...3 {
            try await keep(first, "former \(number)")
            first.clock.advance(by: .minutes(15))
        }
        let former = Set(kept(first, below: "manifest/"))
        let second = try VaultBench(store: first.store, clock: first.clock)
        _ = try await second.vault.takeOver()
        for number in 1...7 {
            #expect(former.isSubset(of: kept(second, below: "manifest/")))
            try await keep(second, "manifest \(number)")
            second.clock.advance(by: .minutes(15))
        }
        #expect(former.count == 3 && former.isDisjoint(with: kept(second, below: "manifest/")))
        #expect(kept(second, below: "manifest/").count == 7)
    }

    @Test func `files of legacy sessions go too, locked as their day`() async throws {
        let bench = try VaultBench()
        let name = try unwrap(ArchiveName("acme-2026-11-20-001"))
        let path = bench.root.legacySessionsPath(name.organization, name.day, 1)
        try FileSystem.createFolder(FileSystem.folder(of: path))
        try Data("{}\n".utf8).write(to: URL(filePath: path))
        try await keep(bench)
        let key = "archives/acme/2026/11/acme-2026-11-20-legacy-001.jsonl"
        #expect(bench.store.objects[key]?.last?.metadata["day"] == "2026-11-20")
        #expect(bench.store.objects[key]?.last?.retention != nil)
    }

    /// A crash between any two requests leaves a log in the vault that is whole: the one before, or this one.
    @Test func `an end before or after any request leaves a whole log in the vault`() async throws {
        let undisturbed = try VaultBench()
        try log(undisturbed, adding: 300)
        try await keep(undisturbed)
        try log(undisturbed, adding: 300)
        let before = undisturbed.store.calls.count
        try await keep(undisturbed, "later")
        let calls = undisturbed.store.calls.count - before
        for number in stride(from: 1, through: calls, by: 3) {
            let bench = try VaultBench()
            try log(bench, adding: 300)
            try await keep(bench)
            try log(bench, adding: 300)
            bench.store.fail(call: number, number % 2 == 0 ? .before : .after)
            _ = try? await keep(bench, "later")
            let sizes = try await fetchedSize(bench)
            #expect([301, 601].contains(sizes), "call \(number)")
            try await keep(bench, "later")
            #expect(try await fetchedSize(bench) == 601, "call \(number)")
        }
    }

    /// How many entries the log has that another machine finds in the vault, all of them checked.
    private func fetchedSize(_ bench: VaultBench) async throws -> Int64 {
        let other = try VaultBench(store: bench.store, clock: bench.clock)
        let contents = StoreVaultContents(other.vault)
        try await contents.fetchRecords()
        let name = try unwrap(organization)
        #expect(try await contents.fetchedLogs() == [name])
        let reader = try LogReader(LogFolder(name, in: other.root.logsPath), key: nil)
        try reader.forEachSignedEntry { _, _ in }
        try await contents.settleLog(of: name)
        #expect(try await contents.fetchedLogs() == [])
        return reader.position.size
    }
}
