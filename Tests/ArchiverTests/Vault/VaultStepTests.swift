import Evidence
import Files
import Foundation
import Manifest
import Recordings
import Simulator
import Synchronization
import TestSupport
import Testing

@testable import Archiver

/// The step of a pass that puts sealed archives into the vault.
@Suite struct `The vault's step` {
    private static let week = (14...20).map { "2025-11-\($0)" }

    @Test func `archives a day once the vault has it`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            let vault = here.vault()
            let result = try await here.pass(vault)
            #expect(result.isComplete && result.failure == nil)
            #expect(result.vault?.placed.count == 1 && result.vault?.failure == nil)
            #expect(result.summary.recordings.archived == result.summary.recordings.known)
            #expect(try await here.states() == [.archived])
            #expect(try await here.copies() == [["disk", "vault"]])
            let name = try #require(result.archives.first?.name)
            #expect(vault.versions(of: name).count == 1)
            #expect(vault.snapshots.count == 1 && vault.snapshots.allSatisfy { $0 > 0 })
            #expect(try await here.events(.archivePlaced).count == 1)
            try await here.expectWhole()

            let again = try await here.pass(vault)
            #expect(again.isComplete && again.vault?.placed == [])
            #expect(vault.versions(of: name).count == 1 && vault.count(.put) == 1)
        }
    }

    @Test func `leaves an entry in the evidence log, and the log agrees with the archive`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            let vault = here.vault()
            try await here.pass(vault)
            let logs = here.logs(now: here.now)
            let organization = try here.organization
            let folder = LogFolder(organization, in: here.root.logsPath)
            var placed: [LogEntry] = []
            try LogReader(folder).forEachProvenEntry { _, bytes throws(EvidenceError) in
                if let entry = try? LogEntry(bytes), entry.type == .archivePlaced { placed.append(entry) }
            }
            let entry = try #require(placed.first)
            #expect(placed.count == 1 && entry.text(.store) == vault.place && entry.text(.version) == "v1")
            #expect(entry.text(.key)?.hasSuffix("acme-2025-11-20-001.tar") == true)
            #expect(entry.number(.retainUntil) ?? 0 > here.now().millisecondsSince1970)
            withExtendedLifetime(logs) {}
        }
    }

    @Test func `puts nothing under a lock that is not real, and removes nothing from the disk`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            let vault = here.vault()
            vault.breach(["it deleted a version that was locked in compliance mode"])
            var result = try await here.pass(vault)
            let name = try #require(result.archives.first?.name)
            let failure = try #require(result.vault?.failure as? VaultError)
            #expect(failure.code == .lock && failure.message.contains("deleted a version"))
            #expect(!result.isComplete && vault.count(.put) == 0)
            #expect(try await here.states() == [.stored])

            vault.breach([])
            result = try await here.pass(vault)
            #expect(result.isComplete && result.vault?.placed == [name])
            #expect(try await here.states() == [.archived])
            let checks = vault.count(.check)
            try await here.pass(vault)
            #expect(vault.count(.check) == checks, "it is proven")

            // A later check finds that the lock is not real any more.
            vault.breach(["it shortened a lock in compliance mode"])
            _ = try await vault.checkLock()
            result = try await here.pass(vault, VaultRules(keepLocal: .zero))
            #expect(result.vault?.evicted == [] && here.files(name).tar)
            #expect((result.vault?.failure as? VaultError)?.code == .lock)
        }
    }

    /// What fails, the code that says so, and what a person does about it.
    static let failures: [(MemoryVault.Call, VaultError.Code)] = [
        (.put, .unreachable), (.put, .full), (.put, .refused), (.put, .lock), (.writer, .unreachable),
        (.writer, .refused), (.writer, .notWriter), (.put, .unusable), (.putAnswer, .unreachable),
    ]

    @Test(arguments: failures)
    func `reports what fails, and archives nevertheless what the provider has`(
        _ call: MemoryVault.Call,
        _ code: VaultError.Code
    ) async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            let vault = here.vault()
            vault.fail([call], with: VaultError(code, "it does not work"))
            let result = try await here.pass(vault)
            #expect(result.failure == nil, "the pass goes on")
            #expect((result.vault?.failure as? VaultError)?.code == code)
            #expect(!result.isComplete)
            #expect(result.obstacles.contains(.unvaulted(1)))
            #expect(result.summary.recordings.archived == 0)
            #expect(result.summary.recordings.stored == result.summary.recordings.known)
            #expect(try await here.states() == [.stored])
            #expect(try await here.copies() == [["disk"]])
            #expect(result.days.first?.isClosed == false)
            try await here.expectWhole()

            vault.fail([call], with: nil)
            let later = try await here.pass(vault)
            #expect(later.isComplete && later.vault?.failure == nil)
            #expect(try await here.states() == [.archived])
            let name = try #require(result.archives.first?.name)
            #expect(vault.versions(of: name).count == 1, "an answer that was lost makes no second copy")
            #expect(later.days.first?.isClosed == true)
        }
    }

    @Test(arguments: [VaultError.Code.unreachable, .refused, .unusable])
    func `asks a vault that fails once in a pass, for all organizations and records`(_ code: VaultError.Code)
        async throws
    {
        try await Installation.with(.small(mix: .plain)) { here in
            let vault = here.vault()
            vault.fail([.writer, .records, .fault], with: VaultError(code, "it does not work"))
            let result = try await here.pass(vault, VaultRules(keepLocal: .zero))
            #expect((result.vault?.failure as? VaultError)?.code == code)
            #expect(vault.count(.writer) == 1 && vault.count(.records) == 0 && vault.count(.fault) == 0)
        }
    }

    @Test func `is not asked for another organization after it has failed, which says so only if it needs it`()
        async throws
    {
        try await Installation.with(.small(mix: .plain)) { here in
            let vault = here.vault()
            vault.disconnect()
            try await here.pass(vault)
            let asked = vault.count(.writer)
            let organization = try here.organization
            let end = VaultError(.unreachable, "it did not answer")
            let step: @Sendable (CallArchive) async -> VaultFinding = { archive in
                await VaultStep(
                    organization: organization,
                    vault: vault,
                    rules: VaultRules(),
                    context: archive.context,
                    end: end
                )
                .run()
            }
            let finding = try await here.open(change: { $0.attach(vault) }, step)
            #expect(finding.failure as? VaultError == end && vault.count(.writer) == asked)
            let figures = try await here.reading(vault) { _, manifest in try await manifest.vaultFigures() }
            #expect(figures.failure == "it did not answer")
            vault.reconnect()
            try await here.pass(vault)
            let idle = try await here.open(change: { $0.attach(vault) }, step)
            #expect(idle.failure == nil)
        }
    }

    @Test func `locks what was put before a lock was configured, once it is proven`() async throws {
        try await Installation.with(.small(days: ["2025-11-19", "2025-11-20"], calls: 3, mix: .plain)) { here in
            let lax = here.vault(lock: .none)
            let names = try await here.pass(lax, VaultRules(keepLocal: .zero), request: .sinceLastPass).archives.map(
                \.name
            )
            let strict = here.vault()
            for name in names { strict.hold(lax.versions(of: name), of: name) }
            strict.breach(["it deleted a version that was locked in compliance mode"])
            var result = try await here.pass(strict, request: .sinceLastPass)
            #expect(result.vault?.locked == [] && (result.vault?.failure as? VaultError)?.code == .lock)
            strict.breach([])
            result = try await here.pass(strict, request: .sinceLastPass)
            #expect(result.vault?.locked == names && result.vault?.failure == nil && result.vault?.placed == [])
            for name in names { #expect(strict.versions(of: name).map { $0.retainedUntil != nil } == [true]) }
            #expect(try await here.events(.archiveLocked).count == names.count)
            #expect(try await here.states() == [.archived])
            let again = try await here.pass(strict, request: .sinceLastPass)
            #expect(again.vault?.locked == [] && strict.count(.lockAgain) == names.count)
        }
    }

    @Test func `takes no put for confirmed during which another root was the writer for a while`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            let vault = here.vault()
            vault.onPut { _ in vault.loseAndRegain() }
            let result = try await here.pass(vault)
            #expect((result.vault?.failure as? VaultError)?.code == .notWriter)
            #expect(try await here.states() == [.stored])
            vault.onPut(nil)
            #expect(try await here.pass(vault).isComplete)
            #expect(try await here.states() == [.archived])
        }
    }

    @Test func `catches up after a week without the vault, oldest day first`() async throws {
        try await Installation.with(.small(days: Self.week, calls: 3, mix: .plain)) { here in
            let vault = here.vault()
            vault.disconnect()
            for day in Self.week {
                let result = try await here.pass(vault, request: .day(try #require(ArchiveDay(day))))
                #expect(result.archives.count == 1 && (result.vault?.failure as? VaultError)?.code == .unreachable)
            }
            let organization = try here.organization
            let behind = try await here.reading(vault) { _, manifest in
                try await manifest.vaultFigures(organization: organization)
            }
            #expect(behind.waiting.archives == Self.week.count && behind.confirmed.archives == 0)
            #expect(behind.failure == "no answer" && behind.waitingSince != nil)
            #expect(vault.count(.put) == 0, "a vault that gives no answer is asked once a pass, not once an archive")

            vault.reconnect()
            var rules = VaultRules()
            rules.puts = 1
            let result = try await here.pass(vault, rules)
            #expect(result.vault?.placed.count == Self.week.count)
            #expect(vault.order.map(\.day.description) == Self.week)
            #expect(vault.mostRunning == 1)
            #expect(try await here.states() == [.archived])
            let caughtUp = try await here.reading(vault) { _, manifest in try await manifest.vaultFigures() }
            #expect(caughtUp.waiting.archives == 0 && caughtUp.failure == nil)
        }
    }

    @Test func `leaves alone what was archived before there was a vault`() async throws {
        try await Installation.with(.small(days: ["2025-11-19", "2025-11-20"], calls: 3, mix: .plain)) { here in
            try await here.pass(.day(try #require(ArchiveDay("2025-11-19"))))
            let vault = here.vault()
            vault.disconnect()
            let result = try await here.pass(vault)
            let rows = try await here.recordings()
            #expect(rows.filter { $0.day.description == "2025-11-19" }.allSatisfy { $0.state == .archived })
            #expect(rows.filter { $0.day.description == "2025-11-20" }.allSatisfy { $0.state == .stored })
            #expect(result.summary.recordings.archived == 0)
            vault.reconnect()
            try await here.pass(vault)
            #expect(vault.order.map(\.day.description) == ["2025-11-20"])
        }
    }

    @Test func `goes on with others if one archive is not what was sealed`() async throws {
        let days = ["2025-11-18", "2025-11-19", "2025-11-20"]
        try await Installation.with(.small(days: days, calls: 3, mix: .plain)) { here in
            let vault = here.vault()
            vault.disconnect()
            let sealed = try await here.pass(vault, request: .sinceLastPass).archives
            try here.flip(here.root.archivePath(sealed[1].name), at: 5000)
            vault.reconnect()
            var rules = VaultRules()
            rules.puts = 1
            let result = try await here.pass(vault, rules)
            #expect((result.vault?.failure as? VaultError)?.cause?.code == .damaged)
            #expect(result.vault?.placed == [sealed[0].name, sealed[2].name])
            #expect(vault.versions(of: sealed[1].name).isEmpty, "damaged bytes never leave the machine as an archive")
        }
    }

    @Test func `puts no more archives at once than it may`() async throws {
        try await Installation.with(.small(days: Self.week, calls: 3, mix: .plain)) { here in
            let vault = here.vault()
            for day in Self.week { try await here.pass(.day(try #require(ArchiveDay(day)))) }
            let names = try here.root.archives.list()
            try await here.reading(vault) { _, manifest in try await manifest.demandVault(names, isRequired: false) }
            let result = try await here.pass(vault)
            #expect(Set(result.vault?.placed ?? []) == Set(names))
            #expect((1...VaultRules().puts).contains(vault.mostRunning))
        }
    }

    @Test func `goes on where a process died between two of its steps`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            let vault = here.vault()
            vault.disconnect()
            let name = try #require(try await here.pass(vault).archives.first?.name)
            vault.reconnect()
            // The vault has it, and nothing else knows.
            let row = try await here.reading(vault) { _, manifest in try await manifest.sealedArchive(name) }
            let archive = try #require(row)
            let copy = try await vault.put(
                ArchiveToVault(
                    name: name,
                    path: here.root.archivePath(name),
                    digest: archive.digest,
                    byteCount: archive.byteCount,
                    metadataOffset: archive.metadataOffset
                )
            )
            #expect(try await here.states() == [.stored])
            // The evidence log knows too, and the manifest does not.
            try here.logs(now: here.now).notePlaced(name, copy, in: vault.place)
            #expect(try await here.states() == [.stored])
            let result = try await here.pass(vault)
            #expect(result.isComplete && result.vault?.placed == [name])
            #expect(vault.versions(of: name).count == 1)
            #expect(try await here.states() == [.archived])
            try await here.expectWhole()
        }
    }

    @Test func `stops when it is asked to, and the next pass goes on`() async throws {
        let days = ["2025-11-19", "2025-11-20"]
        try await Installation.with(.small(days: days, calls: 3, mix: .plain)) { here in
            let vault = here.vault()
            let stop = StopRequest()
            vault.onPut { _ in stop.make() }
            let result = try await here.pass(vault, request: .sinceLastPass, stop: stop)
            #expect((result.vault?.failure as? VaultError)?.code == .cancelled || result.vault?.failure == nil)
            vault.onPut(nil)
            let later = try await here.pass(vault, request: .sinceLastPass)
            #expect(later.vault?.failure == nil)
            #expect(try await here.states() == [.archived])
            for name in try here.root.archives.list() { #expect(vault.versions(of: name).count == 1) }
        }
    }

    @Test func `reports that the records stayed on the machine`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            let vault = here.vault()
            vault.fail([.records], with: VaultError(.unreachable, "no answer"))
            let result = try await here.pass(vault)
            #expect(result.vault?.placed.count == 1)
            #expect((result.vault?.failure as? VaultError)?.code == .unreachable && !result.isComplete)
            #expect(try await here.states() == [.archived])
        }
    }
}

/// When an archive of a day under way is sealed.
@Suite struct `Sealing a day in parts` {
    static let cases: [(hours: Int?, bytes: Int64?, age: Int, size: Int64, seals: Bool)] = [
        (nil, nil, 100, 1 << 40, false), (4, nil, 3, 1 << 40, false), (4, nil, 4, 1, true), (nil, 1000, 0, 999, false),
        (nil, 1000, 0, 1000, true), (4, 1000, 5, 1, true), (4, 1000, 0, 5000, true), (4, 1000, 3, 999, false),
    ]

    @Test(arguments: cases)
    func `goes by hours or by bytes`(hours: Int?, bytes: Int64?, age: Int, size: Int64, seals: Bool) {
        let now = Timestamp(millisecondsSince1970: 1_763_625_600_000)
        let rules = VaultRules(sealAfterTime: hours.map(Duration.hours), sealAfterBytes: bytes)
        #expect(rules.seals(byteCount: size, firstReceived: now - .hours(age), now: now) == seals)
        #expect(!VaultRules(sealAfterTime: .hours(1)).seals(byteCount: size, firstReceived: nil, now: now))
    }

    @Test func `lets its bytes leave the machine, and closes the day with what came later`() async throws {
        let noon = try #require(ArchiveDay("2025-11-20")).interval(in: .gmt).lowerBound + .hours(12)
        let world = try SimulatedWorld.small(
            calls: 12,
            clock: .at(Moment(noon.millisecondsSince1970)),
            mix: .plain
        )
        try await Installation.with(world) { here in
            let vault = here.vault()
            let rules = VaultRules(sealAfterTime: .hours(4))
            let first = try await here.pass(vault, rules)
            #expect(first.archives.isEmpty, "its first recording has just arrived")
            #expect(!(try await here.recordings().isEmpty))
            here.simulator.clock.advance(by: .hours(5))
            let second = try await here.pass(vault, rules)
            #expect(second.archives.map(\.name.sequence) == [1])
            #expect(second.vault?.placed.map(\.sequence) == [1])
            #expect(try await here.recordings().contains { $0.state == .archived })
            #expect(second.days.first?.isClosed == false, "the day is not over")

            here.simulator.clock.advance(by: .hours(30))
            let last = try await here.pass(vault, rules)
            #expect(last.isComplete && last.days.first?.isClosed == true)
            #expect(try await here.states() == [.archived])
            #expect(vault.order.map(\.sequence) == Array(1...vault.order.count))
            try await here.expectWhole()
        }
    }

    @Test func `does not happen without a vault`() async throws {
        let evening = try #require(ArchiveDay("2025-11-20")).interval(in: .gmt).lowerBound + .hours(20)
        let world = try SimulatedWorld.small(clock: .at(Moment(evening.millisecondsSince1970)), mix: .plain)
        try await Installation.with(world) { here in
            let result = try await here.pass(change: { $0.rules.vault = VaultRules(sealAfterBytes: 1) })
            #expect(result.archives.isEmpty && result.vault == nil)
            #expect(try await here.states() == [.stored])
        }
    }
}
