import Files
import Foundation
import ObjectStore
import Recordings
import TestSupport
import Testing
import VaultSupport

@testable import Vault

@Suite struct StoreVaultContentsTests {
    private let bytes = Array("recordings, then the metadata".utf8)

    private func read(_ source: any ByteSource, _ range: Range<Int>) async throws -> [UInt8] {
        try await BlockingWork.run { _ throws(ArchiveError) in
            var found = [UInt8](repeating: 0, count: range.count)
            var failure: ArchiveError?
            found.withUnsafeMutableBytes { buffer in
                do throws(ArchiveError) {
                    _ = try source.read(into: buffer, at: Int64(range.lowerBound))
                } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
            return found
        }
    }

    private func vault() async throws -> (VaultBench, ArchiveInVault) {
        let bench = try VaultBench()
        var archive = try bench.archive("acme-2026-11-20-001", bytes)
        archive.metadataOffset = 17
        _ = try await bench.vault.put(archive)
        let found = try await StoreVaultContents(bench.vault).archives()
        return (bench, try unwrap(found.first))
    }

    @Test func `only the metadata is fetched, once`() async throws {
        let (bench, archive) = try await vault()
        let contents = StoreVaultContents(bench.vault)
        #expect(archive.metadataOffset == 17)
        let source = try await contents.openMetadata(of: archive, again: false)
        #expect(source.byteCount == Int64(bytes.count))
        #expect(contents.cost == VaultCost(requests: 1, byteCount: Int64(bytes.count - 17)))
        #expect(try await read(source, 17..<bytes.count) == Array(bytes[17...]))
        #expect(contents.cost.requests == 1)
        // Anything else comes from the vault, also across the border.
        #expect(try await read(source, 10..<20) == Array(bytes[10..<20]))
        // The next run has it.
        let next = StoreVaultContents(bench.vault)
        _ = try await next.openMetadata(of: archive, again: false)
        #expect(next.cost == VaultCost())
        try await next.removeFetched()
        _ = try await next.openMetadata(of: archive, again: false)
        #expect(next.cost.requests == 1)
    }

    @Test func `what a killed run has fetched is gone on from, and fetched again if it is damaged`() async throws {
        let (bench, archive) = try await vault()
        let contents = StoreVaultContents(bench.vault)
        _ = try await contents.openMetadata(of: archive, again: false)
        let folder = "\(bench.root.spoolPath)/rebuild"
        let path = "\(folder)/\(try unwrap(FileManager.default.contentsOfDirectory(atPath: folder).first))"
        try Data(bytes[17..<20]).write(to: URL(filePath: path))
        let next = StoreVaultContents(bench.vault)
        let source = try await next.openMetadata(of: archive, again: false)
        #expect(next.cost.byteCount == Int64(bytes.count - 20))
        #expect(try await read(source, 17..<bytes.count) == Array(bytes[17...]))
        try Data(repeating: 0, count: bytes.count - 17).write(to: URL(filePath: path))
        let again = try await next.openMetadata(of: archive, again: true)
        #expect(try await read(again, 17..<bytes.count) == Array(bytes[17...]))
    }

    @Test func `an archive that nobody has read back is read back before it counts`() async throws {
        let (bench, archive) = try await vault()
        let side = VaultLayout.sideKey(of: archive.name).description
        bench.store.lose(side)
        #expect(try await StoreVaultContents(bench.vault).archives().count == 1)
        bench.store.damage(VaultLayout.key(of: archive.name).description)
        let inventory = try await StoreVaultContents(bench.vault).inventory()
        #expect(inventory.archives == [] && inventory.leftOut == 1)
    }

    /// A version that was put after the side file, by a writer that ended before it had read it back.
    @Test(arguments: [true, false])
    func `an older side file says nothing about a newer version`(_ isWhole: Bool) async throws {
        let (bench, archive) = try await vault()
        bench.clock.advance(by: .hours(1))
        let key = VaultLayout.key(of: archive.name)
        let metadata = VaultLayout.metadata(
            of: archive.name,
            digest: archive.copy.digest,
            metadataOffset: archive.metadataOffset,
            epoch: archive.copy.epoch
        )
        let version = try await bench.store.put(.bytes(bytes), at: key, PutOptions(metadata: metadata)).version
        if !isWhole { bench.store.damage(key.description) }
        let inventory = try await StoreVaultContents(bench.vault).inventory()
        let chosen = try unwrap(inventory.archives.first)
        #expect(chosen.copy.tarVersion == (isWhole ? version?.description : archive.copy.tarVersion))
        #expect(inventory.leftOut == (isWhole ? 0 : 1))
        #expect(inventory.cost.byteCount == Int64(bytes.count))
    }

    @Test func `a delete marker hides nothing`() async throws {
        let (bench, archive) = try await vault()
        try await bench.store.delete(VaultLayout.key(of: archive.name), version: nil)
        #expect(try await StoreVaultContents(bench.vault).archives() == [archive])
    }

    @Test func `what somebody else put does not count`() async throws {
        let (bench, _) = try await vault()
        let key = try unwrap(ObjectKey("archives/acme/2026/11/acme-2026-11-21-001.tar"))
        _ = try await bench.store.put(.bytes(bytes), at: key, PutOptions())
        let inventory = try await StoreVaultContents(bench.vault).inventory()
        #expect(inventory.archives.count == 1 && inventory.leftOut == 1)
    }

    @Test func `many archives come in pages, in their order`() async throws {
        let clock = TestTime()
        let bench = try VaultBench(store: MemoryStore(pageSize: 7, now: { clock.now.date }), clock: clock)
        var names: [ArchiveName] = []
        for day in 1...20 {
            let archive = try bench.archive("acme-2026-10-\(day < 10 ? "0" : "")\(day)-001", Array("\(day)".utf8))
            names.append(archive.name)
            _ = try await bench.vault.put(archive)
        }
        #expect(try await StoreVaultContents(bench.vault).archives().map(\.name) == names)
    }

    @Test func `the newest copy of the manifest is fetched`() async throws {
        let bench = try VaultBench()
        for text in ["first", "second"] {
            try await bench.vault.keepRecords { try Data(text.utf8).write(to: URL(filePath: $0)) }
            bench.clock.advance(by: .minutes(15))
        }
        let path = "\(bench.folder.path)/manifest"
        #expect(try await StoreVaultContents(bench.vault).fetchSnapshot(to: path) != nil)
        #expect(try Data(contentsOf: URL(filePath: path)) == Data("second".utf8))
        let other = try VaultBench()
        #expect(try await StoreVaultContents(other.vault).fetchSnapshot(to: path) == nil)
    }

    @Test func `a copy is found again by its checksum, if it was confirmed`() async throws {
        let (bench, archive) = try await vault()
        let digest = archive.copy.digest
        #expect(try await bench.vault.find(archive.name, digest: digest)?.tarVersion == archive.copy.tarVersion)
        let other = try bench.archive("acme-2026-11-22-001", [1]).digest
        #expect(try await bench.vault.find(archive.name, digest: other) == nil)
        bench.store.lose(VaultLayout.sideKey(of: archive.name).description)
        #expect(try await bench.vault.find(archive.name, digest: digest) == nil)
    }
}
