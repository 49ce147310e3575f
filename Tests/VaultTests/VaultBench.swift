import Crypto
import Files
import Foundation
import ObjectStore
import Recordings
import Synchronization
import TestSupport
import VaultSupport

@testable import Vault

/// A root on a disk, a store in memory, and a vault in it.
struct VaultBench {
    let folder: TemporaryFolder
    let root: ArchiveRoot
    let store: MemoryStore
    let vault: StoreVault
    let clock: TestTime

    init(
        _ lies: Set<MemoryStore.Lie> = [],
        lock: VaultLock = .compliance,
        trustsChecksums: Bool = false,
        store: MemoryStore? = nil,
        clock: TestTime = TestTime()
    ) throws {
        folder = try TemporaryFolder()
        root = ArchiveRoot(path: "\(folder.path)/root")
        let id = try unwrap(CanonicalUUID(ignoringCaseOf: UUID().uuidString))
        _ = try root.initialize(as: RootIdentity(id: id, createdTime: clock.now))
        try root.prepare()
        self.clock = clock
        self.store = store ?? MemoryStore(lies, now: { clock.now.date })
        vault = StoreVault(
            self.store,
            place: "memory/bucket",
            root: root,
            setup: StoreVault.Setup(
                layout: VaultLayout(lock: lock, retainYears: 7, timeZone: .gmt),
                trustsChecksums: trustsChecksums,
                now: { clock.now }
            )
        )
    }

    /// Another process over the same root.
    func again() -> StoreVault { StoreVault(store, place: vault.place, root: root, setup: vault.setup) }

    /// A sealed archive on the disk; to a vault, its content is any bytes.
    func archive(_ text: String = "acme-2026-11-20-001", _ bytes: [UInt8] = Array("an archive".utf8)) throws
        -> ArchiveToVault
    {
        let name = try unwrap(ArchiveName(text))
        let path = root.archivePath(name)
        try FileSystem.createFolder(FileSystem.folder(of: path))
        try Data(bytes).write(to: URL(filePath: path))
        return ArchiveToVault(
            name: name,
            path: path,
            digest: try unwrap(ContentDigest(bytes: SHA256.hash(data: bytes))),
            byteCount: Int64(bytes.count),
            metadataOffset: 4
        )
    }

    /// The versions of an object that are not delete markers.
    func versions(_ key: String) -> [MemoryStore.Version] {
        (store.objects[key] ?? []).filter { !$0.isDeleteMarker }
    }
}

/// A time that moves only when a test says so.
final class TestTime: Sendable {
    private let time: Mutex<Timestamp>

    init() { time = Mutex(Timestamp(millisecondsSince1970: 1_796_083_200_000)) }

    var now: Timestamp { time.withLock(\.self) }

    func advance(by duration: Duration) { time.withLock { $0 = $0 + duration } }
}

struct Missing: Error {}

func unwrap<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw Missing() }
    return value
}
