import Crypto
import Files
import Foundation
import Manifest
import Recordings
import Simulator
import TestSupport
import Testing

@testable import Archiver

extension CallArchive.Setup {
    /// Uses a vault, for passes and for reading.
    mutating func attach(_ vault: MemoryVault, _ rules: VaultRules = VaultRules()) {
        self.vault = vault
        self.rules.vault = rules
        root.elsewhere = VaultedArchives(vault, known: manifest)
    }
}

extension Installation {
    func vault(lock: VaultLock = .compliance) -> MemoryVault { MemoryVault(lock: lock, now: now) }

    /// One pass that has a vault.
    @discardableResult
    func pass(
        _ vault: MemoryVault,
        _ rules: VaultRules = VaultRules(),
        request: PassWindow.Request? = nil,
        stop: StopRequest = StopRequest(),
        observer: @escaping PassObserver = { _ in }
    ) async throws -> Pass.Result {
        try await pass(request, stop: stop, change: { $0.attach(vault, rules) }, observer: observer)
    }

    /// Works with the manifest, and with a root that reads what only the vault has.
    func reading<Value>(
        _ vault: any ArchiveVault,
        _ body: (ArchiveRoot, Manifest) async throws -> Value
    ) async throws -> Value {
        let shared = SharedManifest(of: root)
        var root = root
        root.elsewhere = VaultedArchives(vault, known: shared)
        do {
            let value = try await body(root, try await shared.forWriting())
            try await shared.close()
            return value
        } catch {
            try? await shared.close()
            throw error
        }
    }

    /// What is held, read back byte for byte, wherever it is.
    func fetched(_ vault: any ArchiveVault) async throws -> [Evidence] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "callark-vaulted-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let rows = try await recordings().filter { $0.held != nil && $0.key.kind == .recording }
        return try await reading(vault) { root, manifest in
            let retrieval = Retrieval(root: root, manifest: manifest)
            var found: [Evidence] = []
            for row in rows {
                let file = try await retrieval.copy(row, into: folder)
                let bytes = try Data(contentsOf: URL(filePath: file.path))
                found.append(
                    Evidence(
                        task: row.key.taskID.description,
                        recording: row.key.recordingID.description,
                        sha256: Hexadecimal.text(SHA256.hash(data: bytes))
                    )
                )
            }
            return found.sorted()
        }
    }

    /// The copies of every recording, each once.
    func copies() async throws -> Set<[String]> {
        Set(try await recordings().map { $0.held?.copies.names ?? [] })
    }

    /// The states of every recording, each once.
    func states() async throws -> Set<RecordingState> { Set(try await recordings().map(\.state)) }

    /// The events of a kind.
    func events(_ kind: Event.Kind) async throws -> [Event] {
        let manifest = try Manifest(of: root, mode: .readOnly)
        defer { try? manifest.close() }
        return try await manifest.events().collected().filter { $0.kind == kind }
    }

    /// Whether an archive's file and its side file are on the disk.
    func files(_ name: ArchiveName) -> (tar: Bool, side: Bool) {
        let manager = FileManager.default
        return (
            manager.fileExists(atPath: root.archivePath(name)), manager.fileExists(atPath: root.sideFilePath(name))
        )
    }
}

extension Installation {
    /// Changes a byte of a file, whatever its mode, and leaves the mode as it was.
    func flip(_ path: String, at offset: Int) throws {
        let manager = FileManager.default
        let mode = try #require(try manager.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
        try manager.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        try file.seek(toOffset: UInt64(offset))
        let byte = try #require(try file.read(upToCount: 1)?.first)
        try file.seek(toOffset: UInt64(offset))
        try file.write(contentsOf: [byte ^ 0x40])
        try file.close()
        try manager.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }
}

/// The error that something has to end with; `nil` if it does not.
func thrown<Value>(by body: () async throws -> Value) async -> (any Error)? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error
    }
}
