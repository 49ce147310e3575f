import Crypto
import DailyArchive
import Files
import Foundation
import Manifest
import Recordings
import Simulator
import Testing
import Transfer

@testable import Archiver

/// One recording, by its key and the checksum of its bytes.
struct Evidence: Hashable, Comparable, CustomStringConvertible {
    var task: String
    var recording: String
    var sha256: String

    var description: String { "\(task) \(recording) \(sha256)" }

    static func < (lhs: Self, rhs: Self) -> Bool { lhs.description < rhs.description }
}

extension Installation {
    /// What an archive should hold: the audio recordings that the provider lists now, of one day or all.
    func offered(day: String? = nil, organization: Int = 0) -> [Evidence] {
        simulator.servedRecordings(organization: organization).filter { day == nil || $0.day == day }.map {
            Evidence(task: $0.taskID, recording: $0.recording.id, sha256: $0.sha256())
        }.sorted()
    }

    /// The rows of the manifest.
    func rows(_ filter: ListFilter = ListFilter()) async throws -> [ListRow] {
        let manifest = try Manifest(of: root, mode: .readOnly)
        defer { try? manifest.close() }
        let now = now()
        let standpoint = Standpoint(
            now: now,
            today: ArchiveDay(now, in: simulator.world.timeZone),
            horizon: .hours(7 * 24)
        )
        var rows: [ListRow] = []
        for try await row in manifest.entries(filter, at: standpoint) { rows.append(row) }
        return rows
    }

    func recordings(_ filter: ListFilter = ListFilter()) async throws -> [RecordingRow] {
        try await rows(filter).compactMap { if case .recording(let row) = $0 { row } else { nil } }
    }

    func gaps() async throws -> [Gap] {
        try await rows(ListFilter(state: .gap)).compactMap { if case .gap(let row) = $0 { row } else { nil } }
    }

    /// Explains, as an operator, that what is missing of these tasks need not exist.
    @discardableResult
    func explain(_ tasks: [TaskID]) async throws -> ExplainingResult {
        let manifest = try Manifest(of: root, mode: .readWrite)
        defer { try? manifest.close() }
        let (now, zone) = (now(), simulator.world.timeZone)
        let explanation = GapExplanation(reason: .providerFault, note: "case 4711", author: "ann", time: now)
        let result = try await manifest.explain(tasks, organization: nil, with: explanation) { _ in
            Standpoint(now: now, today: ArchiveDay(now, in: zone), horizon: .hours(7 * 24))
        }
        try #require(result.isDone)
        return result
    }

    /// The audio recordings that are held, read back byte for byte and checksummed here.
    func held(_ filter: ListFilter = ListFilter()) async throws -> [Evidence] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "callark-held-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let manifest = try Manifest(of: root, mode: .readOnly)
        defer { try? manifest.close() }
        let retrieval = Retrieval(root: root, manifest: manifest)
        var held: [Evidence] = []
        for row in try await recordings(filter) where row.held != nil && row.key.kind == .recording {
            let file = try await retrieval.copy(row, into: folder)
            let bytes = try Data(contentsOf: URL(filePath: file.path))
            held.append(
                Evidence(
                    task: row.key.taskID.description,
                    recording: row.key.recordingID.description,
                    sha256: Hexadecimal.text(SHA256.hash(data: bytes))
                )
            )
        }
        return held.sorted()
    }

    /// Every sealed file, with its checksum and mode.
    func sealedFiles() throws -> [String: String] {
        var files: [String: String] = [:]
        for name in try root.archives.list() {
            for path in [root.archivePath(name), root.sideFilePath(name)] {
                let bytes = try Data(contentsOf: URL(filePath: path))
                let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
                files[path] = "\(SHA256.hash(data: bytes)) \(mode ?? 0)"
            }
        }
        return files
    }

    /// Reads everything back.
    /// - Returns: the faults, one line each.
    func verify() async throws -> [String] {
        let manifest = try Manifest(of: root, mode: .readOnly)
        defer { try? manifest.close() }
        var faults: [String] = []
        _ = try await VerificationRun(root: root, manifest: manifest).run(VerificationRun.Scope()) {
            faults += $0.faults.map(\.description)
        }
        return faults
    }

    /// Reads one of the simulator's own pages.
    func truth(_ page: String) async throws -> [[String: String]] {
        let engine = try TransferEngine(.init(userAgent: "callark-tests", maximumConnectionsPerHost: 1))
        let url = try #require(URL(string: "\(simulator.origin)/simulator/\(page)"))
        let body = try await engine.perform(HTTPRequest(.get, url)).body
        await engine.shutDown()
        return try body.split(separator: UInt8(ascii: "\n")).map { line in
            let object = try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
            return object.compactMapValues { $0 as? String }
        }
    }

    /// Expects everything that is true of a correct and complete archive.
    func expectWhole(_ location: SourceLocation = #_sourceLocation) async throws {
        let offered = offered()
        let held = try await held()
        #expect(held == offered, sourceLocation: location)
        #expect(!offered.isEmpty, sourceLocation: location)
        #expect(try await verify() == [], sourceLocation: location)
        #expect(try root.openArchives() == [], sourceLocation: location)
    }
}

extension Installation {
    /// The simulator's tasks with at least one recording listed now.
    var recordedTasks: [String] {
        var seen: Set<String> = []
        return simulator.servedRecordings().map(\.taskID).filter { seen.insert($0).inserted }
    }
}
