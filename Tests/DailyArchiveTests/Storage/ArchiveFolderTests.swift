import DailyArchive
import Files
import Foundation
import Recordings
import Testing

@Suite struct ArchiveFolderTests {
    private let place: Workplace
    private let archives: ArchiveFolder

    init() throws {
        place = try Workplace()
        archives = place.root.archives
    }

    @Test(arguments: ArchiveStoreContract.allCases)
    func `it does what every store does`(_ rule: ArchiveStoreContract) throws {
        try rule.check(archives, draftsIn: place.root.spoolPath)
    }

    @Test func `an archive that was put is a read-only file with a side file`() throws {
        let draft = place.root.openArchivePath(.sample)
        try place.write([1, 2, 3], to: draft)
        let digest = try #require(ContentDigest(hexadecimal: String(repeating: "ab", count: 32)))
        try archives.put(draft, as: .sample, digest: digest) {
            #expect(place.exists(place.root.sideFilePath(.sample)))
            #expect(!place.exists(place.root.archivePath(.sample)))
        }
        let side = try String(contentsOfFile: place.root.sideFilePath(.sample), encoding: .utf8)
        #expect(side == "\(digest)  acme-2025-11-20-001.tar\n")
        for path in [place.root.archivePath(.sample), place.root.sideFilePath(.sample)] {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o440)
        }
        try FileManager.default.removeItem(atPath: place.root.sideFilePath(.sample))
        #expect(try archives.recordedDigest(of: .sample) == nil)
        try archives.restoreSideFile(of: .sample, digest: digest)
        #expect(try archives.recordedDigest(of: .sample) == digest)
    }

    @Test func `a draft that has the archive's name too is one of its names`() throws {
        let draft = place.root.openArchivePath(.sample)
        try place.write([1], to: draft)
        let digest = try #require(ContentDigest(hexadecimal: String(repeating: "cd", count: 32)))
        try archives.put(draft, as: .sample, digest: digest) {}
        #expect(link(place.root.archivePath(.sample), draft) == 0)
        #expect(try archives.settle(draft, as: .sample))
        #expect(!place.exists(draft) && place.exists(place.root.archivePath(.sample)))
    }

    @Test func `an archive of which only the side file is left is lost, unless it is still being copied`() throws {
        let draft = place.root.openArchivePath(.sample)
        try place.write([1], to: draft)
        let digest = try #require(ContentDigest(hexadecimal: String(repeating: "ef", count: 32)))
        try archives.put(draft, as: .sample, digest: digest) {
            let lost = try archives.lost()
            #expect(lost == [])
        }
        #expect(try archives.lost() == [])
        try FileManager.default.removeItem(atPath: place.root.archivePath(.sample))
        #expect(try archives.lost() == [.sample])
        #expect(try archives.list() == [] && archives.lastSequence(of: .acme, on: .sample) == 1)
    }

    @Test func `only archives in their own place are sealed archives`() async throws {
        let first = try await place.sealed(.samples(2)).archive
        let second = try await place.sealed([], as: .on("2025-12-01", sequence: 2)).archive
        let folder = place.root.path + "/archives/acme/2025/11"
        try place.write([], to: folder + "/acme-2025-12-20-001.tar")
        try place.write([], to: folder + "/notes.tar")
        #expect(try archives.list() == [first.name, second.name])
        // Its checksum file beside it is no second stray; one alone is, because nothing misses its archive.
        try place.write([], to: folder + "/acme-2025-12-20-001.tar.sha256")
        try place.write([], to: folder + "/acme-2025-10-18-001.tar.sha256")
        let strays = ["/acme-2025-12-20-001.tar", "/acme-2025-10-18-001.tar.sha256"]
        #expect(try archives.misplaced().map(\.path) == strays.map { folder + $0 })
        let messages = try archives.misplaced().map { ArchiveFault(misplaced: $0.name, at: $0.path).message }
        #expect(messages[1].contains("not where the checksum file of the archive acme-2025-10-18-001 belongs"))
        #expect(try place.root.openArchives().isEmpty)
    }

    @Test func `a day's last sequence is known from file names alone`() throws {
        let first = ArchiveName(organization: .acme, day: try #require(ArchiveDay("2025-11-20")), sequence: 1)
        let last = { try archives.lastSequence(of: first.organization, on: first.day) }
        #expect(try last() == 0)
        let folder = place.root.path + "/archives/acme/2025/11"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for name in ["acme-2025-11-20-001.tar", "acme-2025-11-20-012.tar.sha256", "acme-2025-11-21-040.tar", "x.tar"] {
            try place.write([], to: "\(folder)/\(name)")
        }
        #expect(try last() == 12)
    }
}
