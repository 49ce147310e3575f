import Crypto
import Files
import Foundation
import Recordings
import Synchronization

/// A vault that keeps everything in memory, and fails as a test asks for.
package final class MemoryVault: ArchiveVault {
    /// A version of an archive.
    package struct Version: Sendable {
        package var id: String
        package var bytes: [UInt8]
        package var retainedUntil: Timestamp?
        /// The digest in its side file; `nil` without one.
        package var recordedDigest: ContentDigest?
    }

    /// What a test can let fail.
    package enum Call: Sendable, Hashable {
        case put, putAnswer, read, inspect, fault, lockAgain, writer, records, check, bucket
    }

    private struct State {
        var versions: [ArchiveName: [Version]] = [:]
        var failures: [Call: VaultError] = [:]
        var order: [ArchiveName] = []
        var calls: [Call: Int] = [:]
        var bytesRead: Int64 = 0
        var running = 0
        var mostRunning = 0
        var check: VaultLockCheck?
        var epoch = 1
        var breaches: [String] = []
        var snapshots: [Int] = []
        var onPut: (@Sendable (ArchiveName) async -> Void)?
    }

    package let place = "memory://vault"
    package let lock: VaultLock
    private let now: @Sendable () -> Timestamp
    private let retention: Duration
    private let state = Mutex(State())

    package init(
        lock: VaultLock = .compliance,
        retention: Duration = .hours(24 * 365 * 7),
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.lock = lock
        self.retention = retention
        self.now = now
    }

    package func lockEnd(of name: ArchiveName) -> Timestamp? { lock == .none ? nil : now() + retention }

    package func put(_ archive: ArchiveToVault) async throws(VaultError) -> VaultedArchive {
        try attempt(.put)
        let epoch = state.withLock(\.epoch)
        await state.withLock { $0.onPut }?(archive.name)
        state.withLock {
            $0.running += 1
            $0.mostRunning = max($0.mostRunning, $0.running)
        }
        defer { state.withLock { $0.running -= 1 } }
        let bytes: [UInt8]
        do {
            bytes = [UInt8](try Data(contentsOf: URL(filePath: archive.path)))
        } catch {
            throw VaultError(ArchiveError(.missing, "\(archive.path) cannot be read: \(error)", path: archive.path))
        }
        guard Self.digest(bytes) == archive.digest, bytes.count == Int(archive.byteCount) else {
            throw VaultError(ArchiveError(.damaged, "\(archive.path) is not what was sealed", path: archive.path))
        }
        let until = lockEnd(of: archive.name)
        let version = state.withLock { state -> Version in
            let known = state.versions[archive.name] ?? []
            let whole = known.lastIndex {
                !archive.damagedVersions.contains($0.id) && $0.recordedDigest == archive.digest
            }
            if let whole {
                state.versions[archive.name]?[whole].retainedUntil = until
                return state.versions[archive.name]?[whole] ?? known[whole]
            }
            let id = "v\(known.count + 1)"
            let version = Version(id: id, bytes: bytes, retainedUntil: until, recordedDigest: archive.digest)
            state.versions[archive.name, default: []].append(version)
            state.order.append(archive.name)
            return version
        }
        try attempt(.putAnswer)
        return copy(of: version, archive.digest, epoch)
    }

    private func copy(of version: Version, _ digest: ContentDigest, _ epoch: Int) -> VaultedArchive {
        VaultedArchive(
            tarVersion: version.id,
            sideVersion: "s\(version.id)",
            byteCount: Int64(version.bytes.count),
            digest: digest,
            retainedUntil: version.retainedUntil,
            epoch: epoch,
            putTime: now(),
            confirmedTime: now()
        )
    }

    package func find(_ name: ArchiveName, digest: ContentDigest) async throws(VaultError) -> VaultedArchive? {
        try attempt(.read)
        let (found, epoch) = state.withLock { state in
            (state.versions[name]?.last { Self.digest($0.bytes) == digest }, state.epoch)
        }
        return found.map { copy(of: $0, digest, epoch) }
    }

    package func open(_ name: ArchiveName, _ copy: VaultedArchive) throws(ArchiveError) -> any ByteSource {
        if let failure = state.withLock({ $0.failures[.read] }) { throw failure.reading("\(name)") }
        guard version(name, copy) != nil else {
            throw ArchiveError(.missing, "the vault has no \(name)", path: "\(name)")
        }
        return Source(vault: self, archive: name, copy: copy)
    }

    package func inspect(_ name: ArchiveName, _ copy: VaultedArchive) async throws(VaultError) -> VaultInspection? {
        try attempt(.inspect)
        return version(name, copy).map { version in
            VaultInspection(
                digest: Self.digest(version.bytes),
                byteCount: Int64(version.bytes.count),
                retainedUntil: version.retainedUntil,
                recordedDigest: version.recordedDigest
            )
        }
    }

    package func fault(of name: ArchiveName, _ copy: VaultedArchive) async throws(VaultError) -> VaultCopyFault? {
        try attempt(.fault)
        guard let found = version(name, copy) else {
            return VaultCopyFault(isDamaged: true, message: "the vault has no copy of \(name) any more")
        }
        let isLocked = found.retainedUntil.map { $0 >= copy.retainedUntil ?? $0 } ?? false
        guard lock != .none, !isLocked else { return nil }
        return VaultCopyFault(isDamaged: false, message: "the copy of \(name) is not locked as it was")
    }

    package func lockAgain(_ name: ArchiveName, _ copy: VaultedArchive) async throws(VaultError) -> VaultedArchive {
        try attempt(.lockAgain)
        let until = lockEnd(of: name)
        change(name) { $0.retainedUntil = until }
        var locked = copy
        locked.retainedUntil = until
        return locked
    }

    @discardableResult
    package func confirmWriter() async throws(VaultError) -> Int {
        try attempt(.writer)
        return state.withLock(\.epoch)
    }

    package func keepRecords(snapshot: @escaping @Sendable (String) throws -> Void) async throws(VaultError) {
        try attempt(.records)
        let path = FileManager.default.temporaryDirectory.appending(path: "snapshot-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        do {
            try snapshot(path)
            let size = try Data(contentsOf: URL(filePath: path)).count
            state.withLock { $0.snapshots.append(size) }
        } catch {
            throw VaultError(.local, "\(error)")
        }
    }

    package func bucket() async throws(VaultError) -> VaultBucket {
        try attempt(.bucket)
        return VaultBucket(keepsVersions: lock != .none, locksObjects: lock != .none)
    }

    package func checkLock() async throws(VaultError) -> VaultLockCheck {
        try attempt(.check)
        let time = now()
        return state.withLock { state in
            let check = VaultLockCheck(
                time: time,
                lock: lock,
                breaches: state.breaches,
                refusesWrongChecksums: true
            )
            state.check = check
            return check
        }
    }

    package func lastLockCheck() throws(ArchiveError) -> VaultLockCheck? { state.withLock { $0.check } }
}

// MARK: - What tests do and see

extension MemoryVault {
    /// From now on, these calls fail; `nil` ends that.
    package func fail(_ calls: Set<Call>, with failure: VaultError?) {
        state.withLock { for call in calls { $0.failures[call] = failure } }
    }

    /// As if it could not be reached.
    package func disconnect() {
        fail(Self.all, with: VaultError(.unreachable, "no answer"))
    }

    private static let all: Set<Call> = [.put, .read, .inspect, .fault, .lockAgain, .writer, .records, .check]

    package func reconnect() { fail(Self.all, with: nil) }

    /// As if another root had taken over, and then this one again.
    package func loseAndRegain() { state.withLock { $0.epoch += 2 } }

    /// Called before the bytes of each put.
    package func onPut(_ body: (@Sendable (ArchiveName) async -> Void)?) { state.withLock { $0.onPut = body } }

    /// What a check of the lock finds from now on.
    package func breach(_ breaches: [String]) { state.withLock { $0.breaches = breaches } }

    package func keep(_ check: VaultLockCheck?) { state.withLock { $0.check = check } }

    /// The archives in the order in which they first arrived.
    package var order: [ArchiveName] { state.withLock { $0.order } }
    package var mostRunning: Int { state.withLock { $0.mostRunning } }
    package var bytesRead: Int64 { state.withLock { $0.bytesRead } }
    /// The sizes of the snapshots of the manifest.
    package var snapshots: [Int] { state.withLock { $0.snapshots } }

    package func versions(of name: ArchiveName) -> [Version] { state.withLock { $0.versions[name] ?? [] } }
    package func count(_ call: Call) -> Int { state.withLock { $0.calls[call] ?? 0 } }

    /// Changes the newest version of an archive.
    package func change(_ name: ArchiveName, _ body: (inout Version) -> Void) {
        state.withLock { state in
            guard var versions = state.versions[name], var last = versions.popLast() else { return }
            body(&last)
            state.versions[name] = versions + [last]
        }
    }

    /// Has these versions of an archive, as another vault had them.
    package func hold(_ versions: [Version], of name: ArchiveName) {
        state.withLock { $0.versions[name] = versions }
    }

    package func remove(_ name: ArchiveName) { state.withLock { $0.versions[name] = nil } }

    private func attempt(_ call: Call) throws(VaultError) {
        let failure = state.withLock { state in
            state.calls[call, default: 0] += 1
            return state.failures[call]
        }
        if let failure { throw failure }
    }

    private func version(_ name: ArchiveName, _ copy: VaultedArchive) -> Version? {
        state.withLock { state in state.versions[name]?.first { $0.id == copy.tarVersion } }
    }

    private static func digest(_ bytes: [UInt8]) -> ContentDigest {
        guard let digest = ContentDigest(bytes: SHA256.hash(data: bytes)) else { preconditionFailure("SHA-256") }
        return digest
    }

    /// An archive's copy, open for reading.
    private struct Source: ByteSource {
        let vault: MemoryVault
        let archive: ArchiveName
        let copy: VaultedArchive

        var name: String { "\(vault.place)/\(archive)" }
        var byteCount: Int64 { copy.byteCount }

        func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(ArchiveError) -> Int {
            if let failure = vault.state.withLock({ $0.failures[.read] }) { throw failure.reading(name) }
            guard let version = vault.version(archive, copy) else {
                throw ArchiveError(.missing, "\(name) is gone", path: name)
            }
            guard offset < version.bytes.count else { return 0 }
            let bytes = version.bytes[Int(offset)...].prefix(buffer.count)
            buffer.copyBytes(from: bytes)
            vault.state.withLock { $0.bytesRead += Int64(bytes.count) }
            return bytes.count
        }

        func expect(_ use: ByteUse) {}
    }
}
