import DailyArchive
import Files
import Foundation
import Manifest
import Recordings
import Simulator
import TestSupport
import Testing

@testable import Archiver

/// Damage on one side, made up for by the other.
@Suite struct `A repair with a vault` {
    private func repair(_ here: Installation, _ vault: MemoryVault) async throws -> Repair {
        try await here.open(change: { $0.attach(vault) }) { archive in
            try await archive.repair(VerificationRun.Scope()) { _ in }
        }
    }

    private func verification(
        _ here: Installation,
        _ vault: MemoryVault,
        _ scope: VerificationRun.Scope = VerificationRun.Scope()
    ) async throws -> (VerificationRun.Summary, [ArchiveFault], [ArchiveName]) {
        try await here.reading(vault) { _, manifest in
            let verification = VaultVerification(vault, manifest: manifest, now: here.now)
            let rows = try await verification.archives(in: scope)
            #expect(verification.cost(of: rows).bytes == rows.reduce(0) { $0 + $1.byteCount })
            #expect(verification.cost(of: rows).requests >= rows.count)
            var faults: [ArchiveFault] = []
            var names: [ArchiveName] = []
            let summary = try await verification.run(rows) { report in
                faults += report.faults
                if let name = report.name { names.append(name) }
            }
            return (summary, faults, names)
        }
    }

    @Test(arguments: ["a byte", "the file", "both files"])
    func `puts a damaged archive back from the vault, and asks the provider for nothing`(_ loss: String) async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            let vault = here.vault()
            let name = try #require(try await here.pass(vault).archives.first?.name)
            let before = try here.sealedFiles()
            let held = try #require(try await here.recordings().first?.held)
            switch loss {
            case "a byte": try here.flip(here.root.archivePath(name), at: Int(held.offset))
            case "the file": try FileManager.default.removeItem(atPath: here.root.archivePath(name))
            default:
                try FileManager.default.removeItem(atPath: here.root.archivePath(name))
                try FileManager.default.removeItem(atPath: here.root.sideFilePath(name))
            }
            #expect(!(try await here.verify().isEmpty))
            here.simulator.resetCounters()
            let repair = try await repair(here, vault)
            #expect(repair.isComplete && repair.returned == [name] && repair.outcomes.isEmpty)
            #expect(here.simulator.counters.requests(to: .media) == 0)
            #expect(try here.sealedFiles() == before, "the same bytes and modes as were sealed")
            #expect(try await here.states() == [.archived])
            try await here.expectWhole()
        }
    }

    @Test func `leaves nothing in the spool of an archive that a crash kept from being put back`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            let vault = here.vault()
            let name = try #require(try await here.pass(vault).archives.first?.name)
            let draft = here.root.scratchPath(name, .returnedArchive)
            let drafts = [draft, FileReplacement.draftPath(of: draft)]
            for path in drafts { try Data([1, 2, 3]).write(to: URL(filePath: path)) }
            try await here.pass(vault)
            for path in drafts { #expect(!FileManager.default.fileExists(atPath: path)) }
        }
    }

    @Test func `goes to the provider if the vault has no whole copy either`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            let vault = here.vault()
            let name = try #require(try await here.pass(vault).archives.first?.name)
            let held = try #require(try await here.recordings().first?.held)
            try here.flip(here.root.archivePath(name), at: Int(held.offset))
            vault.change(name) { $0.bytes[Int(held.offset)] ^= 1 }
            let repair = try await repair(here, vault)
            #expect(repair.returned.isEmpty && repair.isComplete)
            #expect(repair.outcomes.map(\.repairedBy?.sequence) == [2])
            #expect(try await here.held() == here.offered())
        }
    }

    @Test func `a fetch takes what is damaged on the disk from the vault`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            let vault = here.vault()
            let name = try #require(try await here.pass(vault).archives.first?.name)
            let held = try #require(try await here.recordings().first?.held)
            try here.flip(here.root.archivePath(name), at: Int(held.offset))
            #expect(try await here.fetched(vault) == here.offered())
            #expect(vault.bytesRead > 0)
        }
    }

    @Test func `a vault that holds is read whole, and says so`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            let vault = here.vault()
            try await here.pass(vault, VaultRules(keepLocal: .zero))
            let (summary, faults, _) = try await verification(here, vault)
            #expect(summary.archives == 1 && summary.faults == 0 && faults.isEmpty)
            #expect(vault.count(.inspect) == 1)
        }
    }

    /// What happens to the copy, what is said of it, and whether a new version is needed.
    static let damages: [(name: String, kind: ArchiveFault.Kind, versions: Int)] = [
        ("bytes", .vaultCopy, 2), ("gone", .vaultCopy, 1), ("lock", .vaultLock, 1), ("side file", .sideFile, 2),
    ]

    @Test(arguments: damages)
    func `a copy that does not hold is put again by the next pass`(
        _ damage: String,
        _ kind: ArchiveFault.Kind,
        _ versions: Int
    ) async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            let vault = here.vault()
            let name = try #require(try await here.pass(vault).archives.first?.name)
            switch damage {
            case "bytes": vault.change(name) { $0.bytes[700] ^= 1 }
            case "gone": vault.remove(name)
            case "lock": vault.change(name) { $0.retainedUntil = here.now() }
            default: vault.change(name) { $0.recordedDigest = nil }
            }
            let (summary, faults, _) = try await verification(here, vault)
            #expect(summary.faults == 1 && faults.map(\.kind) == [kind])
            #expect(try await here.states() == [.stored], "it is not what was promised any more")
            let result = try await here.pass(vault)
            #expect(result.isComplete && result.vault?.placed == [name])
            #expect(vault.versions(of: name).count == versions)
            #expect(try await verification(here, vault).0.faults == 0)
            #expect(try await here.states() == [.archived])
        }
    }

    @Test func `the only copy that is damaged is damage, and the provider makes up for it`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            let vault = here.vault()
            let name = try #require(try await here.pass(vault, VaultRules(keepLocal: .zero)).archives.first?.name)
            vault.change(name) { $0.bytes[700] ^= 1 }
            #expect(try await verification(here, vault).0.faults == 1)
            let faults = try await here.verify()
            #expect(faults.contains { $0.contains("missing") }, "\(faults)")
            let repair = try await repair(here, vault)
            #expect(repair.isComplete && repair.returned.isEmpty && !repair.outcomes.isEmpty)
            #expect(try await here.held() == here.offered())
            let result = try await here.pass(vault)
            #expect(result.isComplete && result.vault?.failure == nil, "what nothing counts in is not waited for")
            #expect(result.vault?.placed.map(\.sequence) == [2])
            #expect(try await here.states() == [.archived])
        }
    }

    @Test func `a lock that is too short is no reason to miss the only copy`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            let vault = here.vault()
            let name = try #require(try await here.pass(vault, VaultRules(keepLocal: .zero)).archives.first?.name)
            vault.change(name) { $0.retainedUntil = nil }
            #expect(try await verification(here, vault).1.map(\.kind) == [.vaultLock])
            #expect(try await here.states() == [.archived])
            #expect(try await here.verify() == [])
            // The next pass locks it.
            let result = try await here.pass(vault, VaultRules(keepLocal: .zero))
            #expect(result.vault?.locked == [name] && result.isComplete)
            #expect(try await here.events(.archiveLocked).count == 1)
            #expect(try await verification(here, vault).0.faults == 0)
        }
    }

    @Test(arguments: [true, false])
    func `a copy that was put without a lock is named once one is configured`(_ isOnDisk: Bool) async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            let lax = here.vault(lock: .none)
            let rules = isOnDisk ? VaultRules() : VaultRules(keepLocal: .zero)
            let name = try #require(try await here.pass(lax, rules).archives.first?.name)
            #expect(try await verification(here, lax).0.faults == 0)
            let strict = here.vault()
            strict.hold(lax.versions(of: name), of: name)
            #expect(try await verification(here, strict).1.map(\.kind) == [.vaultLock])
            if isOnDisk {
                #expect(try await here.pass(strict).vault?.placed == [name])
                #expect(try await verification(here, strict).0.faults == 0)
            } else {
                #expect(try await here.states() == [.archived])
            }
        }
    }

    @Test func `a share takes what was read longest ago, so that shares together read everything`() async throws {
        let days = ["2025-11-17", "2025-11-18", "2025-11-19", "2025-11-20"]
        try await Installation.with(.small(days: days, calls: 3, mix: .plain)) { here in
            let vault = here.vault()
            let sealed = try await here.pass(vault, request: .sinceLastPass).archives.map(\.name)
            let quarter = try #require(ReadingShare("1/4"))
            let share = VerificationRun.Scope(share: quarter)
            var read: Set<ArchiveName> = []
            for _ in sealed {
                here.simulator.clock.advance(by: .hours(1))
                read.formUnion(try await verification(here, vault, share).2)
            }
            #expect(read == Set(sealed))
        }
    }

    @Test func `a copy that the vault calls damaged is that copy's fault, and the others are read`() async throws {
        try await Installation.with(.small(days: ["2025-11-19", "2025-11-20"], calls: 3, mix: .plain)) { here in
            let vault = here.vault()
            let sealed = try await here.pass(vault, request: .sinceLastPass).archives
            vault.fail([.inspect], with: VaultError(.damaged, "it says so itself"))
            let (summary, faults, names) = try await verification(here, vault)
            #expect(summary.faults == sealed.count && names.count == sealed.count)
            #expect(faults.allSatisfy { $0.kind == .vaultCopy && $0.message == "it says so itself" })
            #expect(try await here.states() == [.stored])
        }
    }

    @Test func `bytes that change on the way are said at the end, and nothing is noted`() async throws {
        try await Installation.with(.small(days: ["2025-11-19", "2025-11-20"], calls: 3, mix: .plain)) { here in
            let vault = here.vault()
            let sealed = try await here.pass(vault, request: .sinceLastPass).archives
            vault.fail([.inspect], with: VaultError(.disturbed, "bytes changed"))
            let error = await thrown { try await verification(here, vault) }
            #expect((error as? VaultError)?.code == .disturbed)
            #expect(vault.count(.inspect) == sealed.count)
            #expect(try await here.states() == [.archived])
        }
    }

    @Test func `a vault that gives no answer is said, and nothing is noted`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            let vault = here.vault()
            try await here.pass(vault)
            vault.disconnect()
            let error = await thrown { try await verification(here, vault) }
            #expect((error as? VaultError)?.code == .unreachable)
            #expect(try await here.states() == [.archived])
        }
    }
}
