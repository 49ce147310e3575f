import Files
import Recordings
import TestSupport
import Testing
import WebexContactCenter

@testable import Archiver

/// Putting archives into the vault that were sealed before there was one.
@Suite struct `Moving archives into the vault` {
    private static let days = ["2025-11-18", "2025-11-19", "2025-11-20"]

    /// - Parameter change: what happens to the vault; called before the bytes of each put.
    /// - Returns: the outcome, and how often the command went on.
    private func push(
        _ here: Installation,
        into vault: MemoryVault,
        change: (@Sendable () -> Void)? = nil
    ) async throws -> (VaultPush.Result, turns: Int) {
        for day in Self.days { try await here.pass(.day(try #require(ArchiveDay(day)))) }
        if let change { vault.onPut { _ in change() } }
        var rules = VaultRules()
        rules.puts = 1
        let setup = try here.setup(now: nil) { $0.attach(vault, rules) }
        let stop = StopRequest()
        let push = VaultPush(setup, into: vault, stop: stop, observer: { _ in }, now: here.now)
        var turns = 0
        let results = try await push.run([try here.organization]) { _ in
            turns += 1
            if turns > 10 { stop.make() }
        }
        await setup.contactCenters.shutDown()
        try await setup.manifest.close()
        return (try #require(results.first), turns)
    }

    @Test func `puts all of them, the newest day first`() async throws {
        try await Installation.with(.small(days: Self.days, calls: 2, mix: .plain)) { here in
            let vault = here.vault()
            let (result, _) = try await push(here, into: vault)
            #expect(result.remaining == 0 && result.finding.failure == nil)
            #expect(vault.order.map(\.day.description) == Self.days.reversed())
        }
    }

    @Test(arguments: [MemoryVault.Call.putAnswer, .writer])
    func `ends when the vault fails, although an archive had failed before`(_ call: MemoryVault.Call) async throws {
        try await Installation.with(.small(days: Self.days, calls: 2, mix: .plain)) { here in
            let vault = here.vault()
            let (result, turns) = try await push(here, into: vault) {
                guard vault.count(.put) > 1 else {
                    return vault.fail([.putAnswer], with: VaultError(.disturbed, "bytes changed on their way"))
                }
                vault.fail([.putAnswer], with: nil)
                vault.fail([call], with: VaultError(.unreachable, "no answer"))
            }
            #expect(turns == 1 && result.remaining == Self.days.count)
            #expect((result.finding.failure as? VaultError)?.code == .disturbed, "the first one is told")
        }
    }

    @Test func `ends when the disk cannot say whether the lock is real`() async throws {
        try await Installation.with(.small(days: Self.days, calls: 2, mix: .plain)) { here in
            let vault = here.vault()
            let failure = ArchiveError(.inputOutput, "cannot read the outcome of the check", path: "lock.json")
            vault.fail([.writer], with: VaultError(failure))
            let (result, turns) = try await push(here, into: vault)
            #expect(turns == 1 && result.remaining == Self.days.count)
            #expect((result.finding.failure as? VaultError)?.code == .local)
        }
    }
}
