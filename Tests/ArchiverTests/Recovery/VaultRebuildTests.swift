import DailyArchive
import Evidence
import Files
import Foundation
import Logging
import Manifest
import ObjectStore
import Recordings
import Simulator
import Synchronization
import Testing
import Vault
import VaultSupport

@testable import Archiver

@Suite struct `A machine that has nothing but a vault` {
    /// How far the store's clock is ahead, in seconds.
    private final class StoreClock: Sendable {
        let offset = Mutex<TimeInterval>(0)
    }

    private let clock: StoreClock
    private let store: MemoryStore

    init() {
        let clock = StoreClock()
        self.clock = clock
        store = MemoryStore(now: { Date().addingTimeInterval(clock.offset.withLock(\.self)) })
    }

    /// What identifies a recording, and where it is in its archive. The disk has lost its copies.
    private func told(_ rows: [ListRow]) -> [String] {
        rows.map { row in
            switch row {
            case .gap(let gap): "\(gap)"
            case .recording(let row):
                "\(row.organization) \(row.day) \(row.key) \(row.file) \(row.state) \(row.attempts) \(place(row.held))"
            }
        }
    }

    private func place(_ held: RecordingRow.Held?) -> String {
        guard let held else { return "-" }
        let content = "\(held.offset) \(held.byteCount) \(held.digest) \(String(describing: held.audio))"
        return "\(held.location) \(held.isWaitingForVault) \(content) \(held.suspicion ?? "-") \(held.receivedTime)"
    }

    private func vault(_ here: Installation) -> StoreVault {
        StoreVault(
            store,
            place: "memory/bucket",
            root: here.root,
            setup: StoreVault.Setup(
                layout: VaultLayout(lock: .compliance, retainYears: 7, timeZone: .gmt),
                now: here.now
            )
        )
    }

    @discardableResult
    private func pass(_ here: Installation, _ request: PassWindow.Request = .sinceLastPass) async throws -> Pass.Result
    {
        let vault = vault(here)
        try here.root.prepare()
        // Whether the lock is real is the matter of other tests.
        let proof = VaultLockCheck(time: here.now(), lock: .compliance, breaches: [], refusesWrongChecksums: true)
        try LockCheckFile(of: here.root, place: vault.place).write(proof)
        let result = try await here.pass(request, change: { $0.vault = vault })
        if let failure = result.vault?.failure { Issue.record(failure) }
        return result
    }

    /// Another machine, of which only the folder exists.
    private func machine(besides here: Installation) throws -> Installation {
        let other = Installation(here, root: "\(here.root.path)-other")
        try other.makeRoot()
        return other
    }

    private func rebuild(
        _ here: Installation,
        progress: (ArchiveName) -> Void = { _ in }
    ) async throws -> Rebuild.Summary {
        _ = try await vault(here).takeOver()
        let logger = Logger(label: "callark.tests") { _ in SwiftLogNoOpLogHandler() }
        let rebuild = Rebuild(
            root: here.root,
            schedule: AskSchedule(),
            logger: logger,
            logs: here.logs(now: here.now),
            vault: StoreVaultContents(vault(here))
        )
        return try await rebuild.run(now: here.now(), restoresRecords: true, progress: progress)
    }

    private func withLostMachine(_ body: (_ lost: Installation, _ new: Installation) async throws -> Void) async throws
    {
        let world = try SimulatedWorld.small(days: ["2025-11-19", "2025-11-20"], calls: 12, mix: .plain)
        try await Installation.with(world) { here in
            try await pass(here)
            let other = try machine(besides: here)
            defer { try? FileManager.default.removeItem(atPath: other.root.path) }
            try await body(here, other)
        }
    }

    @Test func `lists the same, and has read only metadata`() async throws {
        try await withLostMachine { lost, new in
            let before = told(try await lost.rows())
            let summary = try await rebuild(new)
            #expect(summary.faults.isEmpty && summary.unreadable.isEmpty)
            #expect(summary.archives == 2 && summary.vaulted == 2)
            #expect(told(try await new.rows()) == before)
            let archives = try await VaultInventory.read(vault(new)).archives
            let tails = archives.reduce(0) { $0 + $1.copy.byteCount - ($1.metadataOffset ?? 0) }
            let records = store.objects.filter { !$0.key.hasPrefix("archives/") }.values.joined()
                .reduce(0) { $0 + Int64($1.bytes.count) }
            #expect(summary.cost.byteCount >= tails)
            #expect(summary.cost.byteCount <= tails + records)
            #expect(try new.root.archives.list().isEmpty)
        }
    }

    /// While some are added, the next ones are fetched.
    @Test func `lists the same of more archives than are fetched at once, added in their order`() async throws {
        let days = (1...18).map { "2025-11-\($0 < 10 ? "0" : "")\($0)" }
        let world = try SimulatedWorld.small(days: days, calls: 2, mix: .plain)
        try await Installation.with(world) { here in
            try await pass(here, .between(from: here.now() - .hours(20 * 24), to: nil))
            let (before, names) = (told(try await here.rows()), try here.root.archives.list().sorted())
            try #require(names.count > 16)
            let other = try machine(besides: here)
            defer { try? FileManager.default.removeItem(atPath: other.root.path) }
            var added: [ArchiveName] = []
            let summary = try await rebuild(other) { added.append($0) }
            #expect(added == names && summary.vaulted == names.count && summary.faults.isEmpty)
            #expect(told(try await other.rows()) == before)
        }
    }

    @Test func `reads a recording by one request, and its line by another, and not a byte more`() async throws {
        try await withLostMachine { _, new in
            _ = try await rebuild(new)
            let row = try #require(try await new.recordings().first { $0.held != nil })
            let name = try #require(row.held?.archive)
            let archive = try #require(try await VaultInventory.read(vault(new)).archives.first { $0.name == name })
            let folder = "\(new.root.path)-fetched"
            defer { try? FileManager.default.removeItem(atPath: folder) }
            try await new.reading(vault(new)) { root, manifest in
                let retrieval = Retrieval(root: root, manifest: manifest)
                var (calls, bytes) = (store.calls.count, store.readBytes)
                _ = try await retrieval.copy(row, into: folder)
                #expect(store.calls[calls...] == ["read \(name.relativePath)"])
                #expect(store.readBytes - bytes == row.held?.byteCount)
                (calls, bytes) = (store.calls.count, store.readBytes)
                #expect(await retrieval.intactLines(of: [row]).count == 1)
                #expect(store.calls[calls...] == ["read \(name.relativePath)"])
                #expect(store.readBytes - bytes == archive.copy.byteCount - (archive.metadataOffset ?? 0))
            }
        }
    }

    @Test func `goes on: the next pass downloads nothing again`() async throws {
        try await withLostMachine { lost, new in
            _ = try await rebuild(new)
            new.simulator.clock.advance(by: .seconds(3600))
            new.simulator.resetCounters()
            let result = try await pass(new)
            #expect(result.failure == nil)
            #expect(new.simulator.counters.requests(to: .media) == 0)
            // The other one finds out that it was replaced.
            let error = await #expect(throws: VaultError.self) { try await vault(lost).confirmWriter() }
            #expect(error?.code == .notWriter)
        }
    }

    @Test func `lists everything again if the store's clock is behind all calls`() async throws {
        clock.offset.withLock { $0 = -25 * 365 * 86400 }
        try await withLostMachine { lost, new in
            _ = try await rebuild(new)
            new.simulator.clock.advance(by: .seconds(3600))
            let result = try await pass(new)
            #expect(result.failure == nil)
            let (before, after) = (try await lost.rows().count, try await new.rows().count)
            #expect(after == before)
        }
    }

    @Test func `fetches again what was lost with the spool`() async throws {
        let evening = try #require(ArchiveDay("2025-11-20")).interval(in: .gmt).lowerBound + .hours(18)
        let world = try SimulatedWorld.small(
            days: ["2025-11-19", "2025-11-20"],
            calls: 12,
            clock: .at(Moment(evening.millisecondsSince1970)),
            mix: .plain
        )
        try await Installation.with(world) { here in
            try await pass(here)
            let stored = try await here.rows().count
            let new = try machine(besides: here)
            defer { try? FileManager.default.removeItem(atPath: new.root.path) }
            let summary = try await rebuild(new)
            #expect(summary.archives == 1)
            #expect(try await new.rows().count < stored)
            new.simulator.clock.advance(by: .seconds(36 * 3600))
            #expect(try await pass(new).failure == nil)
            #expect(try await new.fetched(vault(new)).count == here.offered().count)
        }
    }

    @Test func `begins a new epoch of the log that says why, if nobody remembers its newest state`() async throws {
        try await withLostMachine { lost, new in
            let organization = try lost.organization
            let old = try LogReader(LogFolder(organization, in: lost.root.logsPath), key: nil)
            let summary = try await rebuild(new)
            let log = try #require(summary.logs.first)
            #expect(summary.logs.count == 1 && log.size == old.position.size)
            #expect(log.reason?.contains("lost with its machine") == true)
            #expect(log.newKeyFile == new.root.logKeyPath)
            let folder = LogFolder(organization, in: new.root.logsPath)
            let first = try LogEntry(try LogReader(folder, key: log.key).entry(0))
            #expect(first.type == .logBegun)
            #expect(first.text(.detail) == log.reason)
            #expect(first.previous == old.position)
            #expect(folder.previous.exists)
        }
    }

    @Test(arguments: [true, false])
    func `goes on with the log if it remembers that nothing was signed after it`(_ isRemembered: Bool) async throws {
        try await withLostMachine { lost, new in
            let organization = try lost.organization
            try new.root.prepare()
            let (from, to) = (lost.root.logKeyPath, new.root.logKeyPath)
            try FileManager.default.copyItem(atPath: from, toPath: to)
            if isRemembered {
                let newest = LogKeyFile(path: from).newestPath(organization)
                let there = LogKeyFile(path: to).newestPath(organization)
                try FileManager.default.copyItem(atPath: newest, toPath: there)
            }
            let log = try #require(try await rebuild(new).logs.first)
            #expect((log.reason == nil) == isRemembered)
            #expect(log.newKeyFile == nil)
            #expect(LogFolder(organization, in: new.root.logsPath).previous.exists != isRemembered)
            new.simulator.clock.advance(by: .seconds(3600))
            #expect(try await pass(new).failure == nil)
        }
    }

    @Test func `is told if the store gives no answer, and goes on later`() async throws {
        try await withLostMachine { lost, new in
            let before = told(try await lost.rows())
            _ = try await vault(new).takeOver()
            for call in stride(from: 2, to: 14, by: 4) {
                store.fail(call: call, .before)
                let error = await #expect(throws: VaultError.self) { try await rebuild(new) }
                #expect(error?.code == .unreachable)
                #expect(try !Manifest.exists(at: new.root.manifestPath))
            }
            #expect(try await rebuild(new).archives == 2)
            #expect(told(try await new.rows()) == before)
        }
    }

    @Test func `a root that has its archives notes which of them the vault has`() async throws {
        let world = try SimulatedWorld.small(days: ["2025-11-19", "2025-11-20"], calls: 6, mix: .plain)
        try await Installation.with(world) { here in
            try await pass(here)
            let gone = try #require(try here.root.archives.list().first)
            try FileManager.default.removeItem(atPath: here.root.archivePath(gone))
            let logger = Logger(label: "callark.tests") { _ in SwiftLogNoOpLogHandler() }
            let rebuild = Rebuild(
                root: here.root,
                schedule: AskSchedule(),
                logger: logger,
                logs: here.logs(now: here.now),
                vault: StoreVaultContents(vault(here))
            )
            let summary = try await rebuild.run(now: here.now(), discardingOld: true) { _ in }
            #expect(summary.archives == 2 && summary.vaulted == 1)
            let manifest = try Manifest(of: here.root, mode: .readOnly)
            for row in try await manifest.sealedArchives() {
                #expect(row.vault?.confirmed != nil)
                #expect((row.vault?.evictedTime != nil) == (row.name == gone))
            }
            try manifest.close()
        }
    }
}
