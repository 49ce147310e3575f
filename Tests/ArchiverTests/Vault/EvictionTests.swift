import DailyArchive
import Files
import Foundation
import Manifest
import Recordings
import Simulator
import TestSupport
import Testing

@testable import Archiver

/// Archives that leave the disk because the vault has them.
@Suite struct `Making room` {
    private static let atOnce = VaultRules(keepLocal: .zero)

    /// A day that is archived, in the vault, and not on the disk any more.
    private func evicted(_ body: (Installation, MemoryVault, ArchiveName) async throws -> Void) async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            let vault = here.vault()
            let result = try await here.pass(vault, Self.atOnce)
            let name = try #require(result.archives.first?.name)
            #expect(result.vault?.evicted == [name] && result.isComplete)
            try await body(here, vault, name)
        }
    }

    @Test func `leaves the side file, and nothing takes it for damage`() async throws {
        try await evicted { here, vault, name in
            #expect(here.files(name) == (tar: false, side: true))
            #expect(try await here.states() == [.archived])
            #expect(try await here.copies() == [["vault"]])
            #expect(try await here.verify() == [])
            #expect(try await here.events(.archiveEvicted).count == 1)
            #expect(try here.root.archives.lastSequence(of: name.organization, on: name.day) == 1)
            let again = try await here.pass(vault, Self.atOnce)
            #expect(again.isComplete && again.archives.isEmpty && again.vault?.evicted == [])
            #expect(again.days.first?.isClosed == true)
            #expect(vault.count(.put) == 1)
        }
    }

    @Test func `everything is fetched by range, byte for byte, from where it is`() async throws {
        try await evicted { here, vault, name in
            #expect(try await here.fetched(vault) == here.offered())
            let whole = try #require(vault.versions(of: name).first?.bytes.count)
            let recordings = try await here.recordings().reduce(0) { $0 + ($1.held?.byteCount ?? 0) }
            #expect(vault.bytesRead >= recordings && vault.bytesRead < Int64(whole) * 2)
        }
    }

    @Test func `metadata is read from the vault too`() async throws {
        try await evicted { here, vault, _ in
            let rows = try await here.recordings()
            let lines = try await here.reading(vault) { root, manifest in
                await Retrieval(root: root, manifest: manifest).intactLines(of: rows)
            }
            #expect(lines.count == rows.count && lines.values.allSatisfy { $0.first == UInt8(ascii: "{") })
        }
    }

    @Test(arguments: [VaultError.Code.unreachable, .refused])
    func `a vault that gives no answer is no damage`(_ code: VaultError.Code) async throws {
        try await evicted { here, vault, _ in
            vault.fail([.read], with: VaultError(code, "it does not work"))
            let expected: ArchiveError.Code = code == .refused ? .unauthorized : .unreachable
            let error = await thrown { try await here.fetched(vault) }
            #expect((error as? ArchiveError)?.code == expected)
            let states = try await here.states()
            #expect(states == [.archived])
            vault.fail([.read], with: nil)
            let fetched = try await here.fetched(vault)
            #expect(fetched == here.offered())
        }
    }

    @Test func `without the vault's configuration says why nothing can be read`() async throws {
        try await evicted { here, _, _ in
            let error = try #require(await thrown { try await here.held() } as? ArchiverError)
            #expect(error.code == .notAvailable && error.message.contains("configure `vault`"))
        }
    }

    @Test func `waits until the vault has it, for its day, and for whoever reads it`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            let vault = here.vault()
            vault.disconnect()
            let name = try #require(try await here.pass(vault, Self.atOnce).archives.first?.name)
            #expect(here.files(name).tar, "the vault does not have it")
            vault.reconnect()
            try await here.pass(vault, VaultRules(keepLocal: .hours(24 * 30)))
            #expect(here.files(name).tar, "it is not old enough")
            try await here.pass(vault, VaultRules())
            #expect(here.files(name).tar, "it stays for ever")
            do {
                let reader = try here.root.archives.open(name)
                try await here.pass(vault, Self.atOnce)
                #expect(here.files(name).tar, "somebody reads it")
                withExtendedLifetime(reader) {}
            }
            #expect(try await here.copies() == [["disk", "vault"]])
            #expect(try await here.verify() == [])
            here.simulator.clock.advance(by: .hours(24 * 31))
            try await here.pass(vault, VaultRules(keepLocal: .hours(24 * 30)))
            #expect(!here.files(name).tar)
        }
    }

    @Test func `asks for each copy first, and keeps the file if the vault does not have it any more`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            let vault = here.vault()
            let name = try #require(try await here.pass(vault).archives.first?.name)
            // Or the configuration names another vault by now.
            vault.remove(name)
            let result = try await here.pass(vault, Self.atOnce)
            #expect(result.vault?.evicted == [] && here.files(name).tar)
            #expect((result.vault?.failure as? VaultError)?.code == .missing && !result.isComplete)
            #expect(try await here.states() == [.stored])
            let next = try await here.pass(vault, Self.atOnce)
            #expect(next.vault?.placed == [name] && next.vault?.evicted == [name] && next.isComplete)
            #expect(!here.files(name).tar)
            #expect(try await here.fetched(vault) == here.offered())
        }
    }

    @Test func `locks a copy again that has lost its lock, before the file is removed`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            let vault = here.vault()
            let name = try #require(try await here.pass(vault).archives.first?.name)
            vault.change(name) { $0.retainedUntil = nil }
            vault.fail([.lockAgain], with: VaultError(.lock, "the store does not keep the lock that it was given"))
            var result = try await here.pass(vault, Self.atOnce)
            #expect(result.vault?.evicted == [] && here.files(name).tar)
            #expect((result.vault?.failure as? VaultError)?.code == .lock)
            vault.fail([.lockAgain], with: nil)
            result = try await here.pass(vault, Self.atOnce)
            #expect(result.vault?.locked == [name] && result.vault?.evicted == [name] && result.isComplete)
            #expect(vault.count(.put) == 1 && vault.versions(of: name).first?.retainedUntil != nil)
            #expect(try await here.events(.damageFound).count == 1)
            #expect(try await here.events(.archiveLocked).count == 1)
            #expect(try await here.states() == [.archived])
        }
    }

    @Test func `removes nothing while the vault gives no answer`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            let vault = here.vault()
            let name = try #require(try await here.pass(vault).archives.first?.name)
            vault.fail([.fault], with: VaultError(.unreachable, "no answer"))
            let result = try await here.pass(vault, Self.atOnce)
            #expect(result.vault?.evicted == [] && here.files(name).tar)
            #expect((result.vault?.failure as? VaultError)?.code == .unreachable)
            #expect(try await here.states() == [.archived])
        }
    }

    @Test func `ends what a process has left half done, and keeps what was put back to stay`() async throws {
        try await Installation.with(.small(mix: .plain)) { here in
            let vault = here.vault()
            let name = try #require(try await here.pass(vault).archives.first?.name)
            // It died after the manifest was told, and before the file was removed.
            let isNoted = try await here.reading(vault) { _, manifest in
                try await manifest.noteEvicted(name, now: here.now())
            }
            #expect(isNoted && here.files(name).tar)
            #expect(try await here.verify() == [])
            #expect(try await here.fetched(vault) == here.offered())
            #expect(vault.bytesRead == 0, "what is on the disk is read there")
            try await here.pass(vault, Self.atOnce)
            #expect(!here.files(name).tar)
            #expect(try await here.verify() == [])

            // Somebody copies it back, and it is to stay from now on.
            let bytes = try #require(vault.versions(of: name).first?.bytes)
            try Data(bytes).write(to: URL(filePath: here.root.archivePath(name)))
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o440],
                ofItemAtPath: here.root.archivePath(name)
            )
            try await here.pass(vault, VaultRules())
            #expect(try await here.copies() == [["disk", "vault"]])
            #expect(try await here.verify() == [])
            try FileManager.default.removeItem(atPath: here.root.archivePath(name))
            #expect(try await here.verify().contains { $0.contains("missing") }, "from then on it is missed")
        }
    }

    @Test func `a recording that comes late gets an archive of its own`() async throws {
        try await evicted { here, vault, name in
            try await here.open(change: { $0.attach(vault, Self.atOnce) }) { archive in
                let next = try await archive.context.openArchive(for: name.organization, day: name.day)
                #expect(next.sequence == 2)
            }
        }
    }

    @Test func `a manifest that is lost is no reason to begin anew`() async throws {
        try await evicted { here, vault, _ in
            for suffix in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: here.root.manifestPath + suffix)
            }
            let error = try #require(await thrown { try await here.pass(vault, Self.atOnce) } as? ArchiverError)
            #expect(error.code == .damaged && "\(error)".contains("callark rebuild"))
        }
    }
}
