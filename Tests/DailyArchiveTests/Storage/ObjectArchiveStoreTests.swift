import DailyArchive
import Files
import Foundation
import Recordings
import Testing
import Vault
import VaultSupport

@Suite struct ObjectArchiveStoreTests {
    private let place: Workplace
    private let store: ObjectArchiveStore

    init() throws {
        place = try Workplace()
        let vault = StoreVault(
            MemoryStore(pageSize: 3),
            place: "memory/bucket",
            root: place.root,
            setup: StoreVault.Setup(layout: VaultLayout(lock: .compliance, retainYears: 100, timeZone: .gmt))
        )
        store = ObjectArchiveStore(vault)
    }

    @Test(arguments: ArchiveStoreContract.allCases)
    func `it does what every store does`(_ rule: ArchiveStoreContract) async throws {
        try await Desk().check(rule, store, draftsIn: place.root.spoolPath)
    }
}

/// A thread of its own: the store waits for the network, which must not be done on the cooperative pool.
private actor Desk {
    private let executor = DiskExecutor(label: "callark.tests.store")

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func check(_ rule: ArchiveStoreContract, _ store: ObjectArchiveStore, draftsIn folder: String) throws {
        try rule.check(store, draftsIn: folder)
    }
}
