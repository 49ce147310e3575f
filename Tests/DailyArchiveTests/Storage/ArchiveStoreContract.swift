import Files
import Foundation
import Recordings
import Testing

@testable import DailyArchive

/// What every store of sealed archives has to do. A store passes if it passes each of these on its own, when it is empty
/// at the beginning.
enum ArchiveStoreContract: CaseIterable {
    case holdsNothingAtFirst
    case keepsWhatWasPut
    case putsOnce
    case listsInOrder
    case countsTheSequencesOfADay
    case putsNothingThatCannotBeAnnounced
    case settlesWhatWasPut
    case settlesWhatWasNot
    case refusesADraftThatIsAnother

    /// - Parameter folder: for drafts, on the disk on which the store expects them.
    func check(_ store: some ArchiveStore, draftsIn folder: String) throws {
        let desk = Desk(store: store, folder: folder)
        switch self {
        case .holdsNothingAtFirst: try desk.holdsNothing(.sample)
        case .keepsWhatWasPut: try desk.keepsWhatWasPut()
        case .putsOnce: try desk.putsOnce()
        case .listsInOrder: try desk.listsInOrder()
        case .countsTheSequencesOfADay: try desk.countsTheSequencesOfADay()
        case .putsNothingThatCannotBeAnnounced: try desk.putsNothingThatCannotBeAnnounced()
        case .settlesWhatWasPut: try desk.settlesWhatWasPut()
        case .settlesWhatWasNot: try desk.settlesWhatWasNot()
        case .refusesADraftThatIsAnother: try desk.refusesADraftThatIsAnother()
        }
    }
}

private struct Desk<Store: ArchiveStore> {
    let store: Store
    let folder: String

    /// Archives are bytes to a store.
    private let bytes = noise(300_000, seed: 9)

    private func draft(_ bytes: [UInt8]) throws -> String {
        let path = "\(folder)/draft"
        try? FileManager.default.removeItem(atPath: path)
        try Data(bytes).write(to: URL(filePath: path))
        return path
    }

    private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    private func put(_ name: ArchiveName, _ bytes: [UInt8]) throws {
        let draft = try draft(bytes)
        try store.put(draft, as: name, digest: Digester.digest(of: bytes)) {}
        #expect(!exists(draft))
    }

    func holdsNothing(_ name: ArchiveName) throws {
        #expect(try store.list() == [])
        #expect(try store.byteCount(of: name) == nil)
        #expect(try store.lastSequence(of: name.organization, on: name.day) == 0)
        let error = #expect(throws: ArchiveError.self) { try store.open(name) }
        #expect(error?.code == .missing)
    }

    private func holds(_ name: ArchiveName, _ bytes: [UInt8]) throws {
        #expect(try store.byteCount(of: name) == Int64(bytes.count))
        #expect(try store.recordedDigest(of: name) == Digester.digest(of: bytes))
        let source = try store.open(name)
        #expect(source.byteCount == Int64(bytes.count))
        #expect(try source.digest() == Digester.digest(of: bytes))
    }

    func keepsWhatWasPut() throws {
        for (sequence, bytes) in [(1, bytes), (2, [])] {
            let name = try ArchiveName.on("2025-11-20", sequence: sequence)
            try put(name, bytes)
            try holds(name, bytes)
        }
        let source = try store.open(.sample)
        for range in [0..<1, 511..<513, 299_999..<300_000, 300_000..<300_000] {
            #expect(try source.bytes(in: Int64(range.lowerBound)..<Int64(range.upperBound)) == Array(bytes[range]))
        }
        #expect(try source.bytes(in: 299_990..<300_010) == Array(bytes[299_990...]))
    }

    func putsOnce() throws {
        try put(.sample, bytes)
        let other = try draft([1, 2, 3])
        let error = #expect(throws: ArchiveError.self) {
            try store.put(other, as: .sample, digest: Digester.digest(of: [1, 2, 3])) {
                Issue.record("it was announced")
            }
        }
        #expect(error?.code == .occupied)
        #expect(try Data(contentsOf: URL(filePath: other)) == Data([1, 2, 3]))
        try holds(.sample, bytes)
    }

    func listsInOrder() throws {
        let others = try ["acme-two", "zeta"].map { try unwrap(OrganizationName($0)) }
        var names = try [("2025-11-20", 1), ("2025-11-20", 2), ("2025-12-01", 1), ("2026-01-31", 1000)].map {
            try ArchiveName.on($0, sequence: $1)
        }
        let earlier = try unwrap(ArchiveDay("2025-01-01"))
        names += others.map { ArchiveName(organization: $0, day: earlier, sequence: 7) }
        for name in names.reversed() { try put(name, Array("\(name)".utf8)) }
        #expect(try store.list() == names)
        for name in names { try holds(name, Array("\(name)".utf8)) }
    }

    func countsTheSequencesOfADay() throws {
        let name = ArchiveName.sample
        func last() throws -> Int { try store.lastSequence(of: name.organization, on: name.day) }
        for (day, sequence, expected) in [("2025-11-20", 2, 2), ("2025-11-21", 40, 2), ("2025-11-20", 1000, 1000)] {
            try put(try .on(day, sequence: sequence), [1])
            #expect(try last() == expected)
        }
        let other = try unwrap(OrganizationName("acme-2"))
        #expect(try store.lastSequence(of: other, on: name.day) == 0)
    }

    func putsNothingThatCannotBeAnnounced() throws {
        let draft = try draft(bytes)
        #expect(throws: SampleError.self) {
            try store.put(draft, as: .sample, digest: Digester.digest(of: bytes)) {
                let names = try store.list()
                #expect(names == [])
                throw SampleError()
            }
        }
        #expect(try store.list() == [])
        #expect(try store.byteCount(of: .sample) == nil)
        #expect(try Array(Data(contentsOf: URL(filePath: draft))) == bytes)
        try put(.sample, [4])
        try holds(.sample, [4])
    }

    func settlesWhatWasPut() throws {
        try put(.sample, bytes)
        for _ in 0..<2 {
            #expect(try store.settle("\(folder)/draft", as: .sample))
            try holds(.sample, bytes)
        }
    }

    func settlesWhatWasNot() throws {
        let draft = try draft(bytes)
        #expect(throws: SampleError.self) {
            try store.put(draft, as: .sample, digest: Digester.digest(of: bytes)) { throw SampleError() }
        }
        for _ in 0..<2 {
            #expect(try !store.settle(draft, as: .sample))
            try holdsNothing(.sample)
            #expect(try store.recordedDigest(of: .sample) == nil)
            #expect(try Array(Data(contentsOf: URL(filePath: draft))) == bytes)
        }
        #expect(try !store.settle("\(folder)/none", as: .sample))
    }

    func refusesADraftThatIsAnother() throws {
        try put(.sample, bytes)
        let other = try draft([1])
        let error = #expect(throws: ArchiveError.self) { try store.settle(other, as: .sample) }
        #expect(error?.code == .occupied)
        #expect(exists(other))
        try holds(.sample, bytes)
    }
}
