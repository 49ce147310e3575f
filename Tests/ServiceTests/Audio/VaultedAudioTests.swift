import Archiver
import Files
import Foundation
import Manifest
import Recordings
import TestSupport
import Testing

@testable import Service
@testable import Wiring

/// What the service gives out of archives that only the vault has, and what it says of the vault.
@Suite struct `Audio from the vault` {
    private static let now: @Sendable () -> Timestamp = { Timestamp(Date()) }

    /// Removes every archive from the disk, as a pass does.
    private func evict(_ office: Office) async throws {
        let root = office.installation.root
        let manifest = try await office.installation.manifest.forWriting()
        for row in try await manifest.sealedArchives() {
            #expect(try await manifest.noteEvicted(row.name, now: Self.now()))
            #expect(try root.archives.evict(row.name))
        }
    }

    @Test func `is the bytes as archived, whole and in parts`() async throws {
        let vault = MemoryVault(now: Self.now)
        try await Office.with(vault: vault) { office in
            let key = try await office.key(.reviewer)
            let held = try await Held(office, key: key)
            try await evict(office)
            #expect(!FileManager.default.fileExists(atPath: held.archive))
            let whole = try await office.ask(held.path, key: key)
            #expect(whole.status == 200 && whole.body == held.bytes && whole.isWhole)
            #expect(whole.headers["etag"] == "\"\(held.sha256)\"")
            let part = try await office.ask(held.path, key: key, headers: [("Range", "bytes=100-199")])
            #expect(part.status == 206 && part.body == Array(held.bytes[100..<200]))
            let head = try await office.ask("HEAD", held.path, key: key)
            #expect(head.status == 200 && head.headers["content-length"] == "\(held.bytes.count)")
            let waveform = try await office.ask("\(held.path)/waveform", key: key)
            #expect(waveform.status == 200)
            let call = held.path.split(separator: "/").dropLast().joined(separator: "/")
            let lines = try await office.ask("/\(call)", key: key).json["recordings"]?.list ?? []
            #expect(!lines.isEmpty)
            for line in lines where line["state"]?.text == "archived" {
                #expect(line["copies"]?.list.compactMap(\.text) == ["vault"])
            }
        }
    }

    @Test func `makes up for what is damaged on the disk`() async throws {
        let vault = MemoryVault(now: Self.now)
        try await Office.with(vault: vault) { office in
            let key = try await office.key(.reviewer)
            let held = try await Held(office, key: key)
            try held.damage(at: held.bytes.count / 2)
            for _ in 0..<2 {
                let reply = try await office.ask(held.path, key: key)
                #expect(reply.status == 200 && reply.body == held.bytes && reply.isWhole)
            }
        }
    }

    @Test func `that cannot be reached is a matter of time`() async throws {
        let vault = MemoryVault(now: Self.now)
        try await Office.with(vault: vault) { office in
            let key = try await office.key(.reviewer)
            let held = try await Held(office, key: key)
            try await evict(office)
            vault.disconnect()
            let reply = try await office.ask(held.path, key: key)
            #expect(reply.status == 503 && reply.problem == "vault_unreachable")
            #expect(reply.headers["retry-after"] != nil)
            vault.fail([.read], with: VaultError(.refused, "the key is refused"))
            let refused = try await office.ask(held.path, key: key)
            #expect(refused.status == 503 && refused.problem == "vault_unauthorized")
            vault.reconnect()
            #expect(try await office.ask(held.path, key: key).body == held.bytes)
        }
    }

    @Test func `is in the status, the alarms and the metrics`() async throws {
        let vault = MemoryVault(now: Self.now)
        try await Office.with(vault: vault) { office in
            let key = try await office.key()
            try await evict(office)
            // As if the pass had not tried the lock.
            vault.keep(nil)
            func alarms() async throws -> [String] {
                let list = try await office.ask("/api/v1/alarms", key: key).json["alarms"]?.list ?? []
                return list.compactMap { $0["code"]?.text }
            }
            #expect(try await alarms().contains("vault_lock_unproven"))
            let lines = try await office.ask("/api/v1/status", key: key).json["vault"]?.list ?? []
            let line = try #require(lines.first { $0["organization"]?.text == "acme" })
            #expect(line["place"]?.text == vault.place && line["lock"]?.text == "compliance")
            #expect(line["held"]?["archives"]?.number == 1 && line["evicted"]?["archives"]?.number == 1)
            #expect(line["waiting"]?["archives"]?.number == 0)
            let text = try await office.ask("/metrics", key: key).text
            #expect(text.contains("callark_vault_archives{organization=\"acme\",state=\"evicted\"} 1\n"))
            #expect(text.contains("callark_vault_lock_proven{lock=\"compliance\"} 0\n"))
            _ = try await vault.checkLock()
            #expect(try await !alarms().contains("vault_lock_unproven"))
            #expect(
                try await office.ask("/metrics", key: key).text
                    .contains("callark_vault_lock_proven{lock=\"compliance\"} 1\n")
            )
        }
    }

    @Test func `is not spoken of without one`() async throws {
        try await Office.with { office in
            let key = try await office.key()
            #expect(try await office.ask("/api/v1/status", key: key).json["vault"] == nil)
            #expect(try await !office.ask("/metrics", key: key).text.contains("callark_vault"))
        }
    }
}
