import Evidence
import Files
import Foundation
import Recordings
import Synchronization

/// The evidence logs of a root, one for each organization. A log is opened when it is first needed, and created if none
/// exists.
///
/// Calls that are not `async` wait for the disk: never make one on the cooperative pool.
package final class EvidenceLogs: Sendable {
    /// The configuration of the logs.
    package struct Setup: Sendable {
        /// The file with the key.
        package var keyFile: LogKeyFile
        /// What the origin of a new log begins with; `nil` for `callark/` and the identity of the root, which stays the same
        /// wherever the root is mounted.
        package var origin: String?
        /// How old, in seconds, a checkpoint may become before newly accepted entries are published.
        package var checkpointSeconds: Int64
        /// The present configuration of each organization, as text, without secrets.
        package var configurations: [OrganizationName: String]

        /// Sets every property.
        package init(
            keyFile: String,
            origin: String? = nil,
            checkpointSeconds: Int64 = 60,
            configurations: [OrganizationName: String] = [:]
        ) {
            self.keyFile = LogKeyFile(path: keyFile)
            self.origin = origin
            self.checkpointSeconds = checkpointSeconds
            self.configurations = configurations
        }

        /// The defaults, if the configuration says nothing.
        package init(of root: ArchiveRoot) { self.init(keyFile: root.logKeyPath) }
    }

    /// A log that was just created.
    package struct Begun: Sendable {
        package var organization: OrganizationName
        package var key: NoteKey
        /// The path of the key file if the key was made now too.
        package var newKeyFile: String?

        /// The name of the log in its checkpoints.
        package var origin: String { key.name }
    }

    package let setup: Setup
    let root: ArchiveRoot
    let now: @Sendable () -> Timestamp
    private let findActor: @Sendable () -> Actor
    /// The open logs, and those that were created since the last ``takeNewLogs()``.
    private let state = Mutex(State())

    private struct State {
        var open: [OrganizationName: EvidenceLog] = [:]
        var begun: [Begun] = []
    }

    /// Opens nothing yet.
    /// - Parameters:
    ///   - actor: the actor of entries that name no one else. Evaluated when needed.
    ///   - now: the time of day, for entries.
    package init(
        root: ArchiveRoot,
        setup: Setup,
        actor: @autoclosure @escaping @Sendable () -> Actor,
        now: @escaping @Sendable () -> Timestamp = { Timestamp(Date()) }
    ) {
        self.root = root
        self.setup = setup
        findActor = actor
        self.now = now
    }

    /// The actor of acts that name no one.
    var actor: Actor { findActor() }

    /// Where an organization's log is.
    /// - Throws: `EvidenceError` if the root has no identity.
    package func place(of organization: OrganizationName) throws(EvidenceError) -> EvidenceLog.Place {
        let origin = if let origin = setup.origin { origin } else { try usualOrigin() }
        return EvidenceLog.Place(
            logs: root.logsPath,
            organization: organization,
            keyFile: setup.keyFile,
            origin: origin,
            actor: actor
        )
    }

    private func usualOrigin() throws(EvidenceError) -> String {
        do throws(ArchiveError) {
            return "callark/\(try root.identity().id)"
        } catch {
            throw EvidenceError(.missing, error.message, path: error.path)
        }
    }

    /// Refuses to write to the logs of a root of another account, as ``ArchiveRoot/requireOwnAccount(_:)``.
    /// - Throws: `EvidenceError` with code `permission`.
    package func requireOwnAccount() throws(EvidenceError) {
        do throws(ArchiveError) {
            try root.requireOwnAccount()
        } catch {
            throw EvidenceError(.permission, error.message, path: error.path)
        }
    }

    /// The log of an organization, open.
    /// - Throws: `damaged`, `rolledBack` or `key` if it may not be written to; `permission`.
    @discardableResult
    package func log(of organization: OrganizationName) throws(EvidenceError) -> EvidenceLog {
        let result: Result<EvidenceLog, EvidenceError> = state.withLock { state in
            if let log = state.open[organization] { return .success(log) }
            do throws(EvidenceError) {
                try requireOwnAccount()
                let opened = try EvidenceLog.open(place(of: organization), now: now())
                state.open[organization] = opened.log
                if opened.isNew {
                    let newKeyFile = opened.isKeyNew ? setup.keyFile.path : nil
                    state.begun.append(Begun(organization: organization, key: opened.log.key, newKeyFile: newKeyFile))
                }
                return .success(opened.log)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// The logs created since the last call, because people have to keep a copy of a new key.
    package func takeNewLogs() -> [Begun] {
        state.withLock { state in
            defer { state.begun = [] }
            return state.begun
        }
    }

    /// Forgets which logs are open, because one of them was replaced.
    func reopen() { state.withLock { $0.open = [:] } }

    /// Appends entries, which are durable when this returns.
    /// - Returns: the number of each entry in its log, in their order.
    @discardableResult
    package func append(_ entries: [LogEntry]) throws(EvidenceError) -> [Int64] {
        var leaves = [Int64](repeating: 0, count: entries.count)
        for organization in Set(entries.map(\.organization)).sorted() {
            let places = entries.indices.filter { entries[$0].organization == organization }
            let accepted = try log(of: organization).append(places.map { entries[$0] }, at: (now(), findActor))
            for (place, leaf) in zip(places, accepted) { leaves[place] = leaf }
        }
        return leaves
    }

    /// Publishes accepted entries in every open log.
    package func fold() throws(EvidenceError) {
        for log in open { try log.fold() }
    }

    /// The same, for logs whose checkpoint is too old.
    package func foldIfDue() throws(EvidenceError) {
        for log in open { try log.foldIfDue(age: setup.checkpointSeconds) }
    }

    private var open: [EvidenceLog] {
        state.withLock { state in state.open.sorted { $0.key < $1.key }.map(\.value) }
    }

    /// Calls `body` on a thread that may block.
    func run<Value: Sendable>(
        _ body: @escaping @Sendable (EvidenceLogs) throws(EvidenceError) -> Value
    ) async throws(EvidenceError) -> Value {
        try await BlockingWork.run { _ throws(EvidenceError) in try body(self) }
    }

    /// Publishes accepted entries, on a thread that may block.
    /// - Parameter isDue: publishes only logs whose checkpoint is too old.
    package func publish(ifDue isDue: Bool = false) async throws(EvidenceError) {
        try await run { logs throws(EvidenceError) in
            if isDue { try logs.foldIfDue() } else { try logs.fold() }
        }
    }
}
