import Settings
import HTTPTypes
import Archiver
import Cases
import Files
import Foundation
import Logging
import Manifest
import Recordings
import Synchronization
import Wiring

/// Writes the exports of cases into zip files below the root, one after the other, and removes the files when they expire.
struct CaseExports: Sendable {
    let installation: Installation
    let database: ServiceDatabase
    let board = WorkBoard<CaseExportRecord>(mostWaiting: 10, mostKept: 20)
    private let orders = CaseOrders()

    /// How long the file of an export is kept.
    static let lifetime = Duration.seconds(7 * 86_400)

    init(installation: Installation, database: ServiceDatabase) {
        self.installation = installation
        self.database = database
    }

    private var folder: String { installation.root.exportsPath }

    private func path(of id: String) -> String { "\(folder)/\(id).zip" }

    /// Enqueues an export.
    /// - Throws: a ``Problem`` with status 503 if too many wait.
    func begin(_ export: CaseExportRecord, _ calls: [CaseRecord.Call], by actor: Actor) async throws {
        orders.put(CaseOrders.Order(calls: calls, actor: actor), export.id)
        do {
            try await database.save(export)
            try board.add(export)
        } catch {
            orders.take(export.id)
            var failed = export
            (failed.state, failed.endedTime, failed.error) = (.failed, installation.now, "busy")
            try? await database.save(failed)
            throw error
        }
    }

    /// The state of an export of this process; `nil` if there is none with this ID.
    func underWay(_ id: String) -> CaseExportRecord? { board.work(id) }

    /// Whether the file of an export is no longer given out, even if it could not be removed yet.
    static func isExpired(_ export: CaseExportRecord, at now: Timestamp) -> Bool {
        now - (export.endedTime ?? export.requestedTime) > lifetime
    }

    /// Whether the file of an export can still be had.
    func hasFile(_ export: CaseExportRecord) -> Bool {
        export.result != nil && !Self.isExpired(export, at: installation.now)
            && FileManager.default.fileExists(atPath: path(of: export.id))
    }

    /// The file of an export; `nil` if it has none, or no longer has one.
    func file(of export: CaseExportRecord) async throws -> ServedFile? {
        guard export.result != nil, !Self.isExpired(export, at: installation.now) else { return nil }
        let path = path(of: export.id)
        return try await BlockingWork.run { _ throws(ArchiveError) in
            do throws(ArchiveError) {
                return ServedFile(
                    source: try FileSource(path),
                    mediaType: "application/zip",
                    name: "\(FileName(sanitizing: export.matter.description)).zip",
                    tag: EntityTag(export.id)
                )
            } catch {
                guard error.code == .missing else { throw error }
                return nil
            }
        }
    }

    /// Writes the requested exports, and removes the files of old ones, until the service stops.
    func run(until stop: StopRequest) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await write(until: stop) }
            group.addTask { await removeExpired(until: stop) }
            await group.waitForAll()
        }
    }

    private func write(until stop: StopRequest) async {
        do {
            try await database.endUnfinishedExports(at: installation.now)
            try removeUnfinished()
        } catch {
            installation.logger.warning("old exports could not be tidied up", metadata: ["error": "\(error)"])
        }
        await board.work(until: stop) { export, own in
            guard let order = orders.take(export.id) else { return }
            board.update(export.id) { $0.state = .running }
            var ended = export
            do {
                ended.result = try await write(export, order, own)
                ended.state = .complete
            } catch {
                ended.state = own.isMade ? .stopped : .failed
                ended.error = own.isMade ? nil : Self.problem(error).code
                if !own.isMade {
                    installation.logger.warning("a case could not be exported", metadata: ["error": "\(error)"])
                }
            }
            ended.endedTime = installation.now
            do {
                try await database.save(ended)
            } catch {
                installation.logger.error("an export could not be noted", metadata: ["error": "\(error)"])
            }
            board.update(export.id) { [ended] work in
                (work.state, work.endedTime) = (ended.state, ended.endedTime)
                (work.result, work.error) = (ended.result, ended.error)
            }
        }
    }

    private static func problem(_ error: any Error) -> Problem {
        guard let error = error as? CaseError else { return ServiceProblem.of(error) }
        let code =
            switch error.code {
            case .notNoted: "not_noted"
            case .unknownCall: "unknown_call"
            case .occupied, .inputOutput, .tooMany: "export_not_written"
            }
        return Problem(.serviceUnavailable, code, error.description)
    }

    private func write(
        _ export: CaseExportRecord,
        _ order: CaseOrders.Order,
        _ stop: StopRequest
    ) async throws -> CaseExportRecord.Result {
        let manifest = try await installation.manifest.forWriting()
        let selection = installation.caseSelection(of: manifest)
        let calls = try await selection.calls(order.calls.map { CaseSelection.Wanted($0.task, of: $0.organization) })
        try requireSpace(for: calls)
        let writer = installation.caseExport(by: order.actor, manifest)
        let request = CaseRequest(
            name: export.matter.description,
            reason: export.reason,
            calls: calls,
            selection: "the calls of the case",
            includesVCons: export.includesVCons
        )
        let parent = "\(folder)/\(export.id)"
        defer { try? FileManager.default.removeItem(atPath: parent) }
        try FileSystem.createFolder(folder, mode: 0o700)
        try FileSystem.createFolder(parent, mode: 0o700)
        let path = "\(parent)/\(FileName(sanitizing: export.matter.description))"
        let outcome = try await writer.export(request, to: path, stop: stop)
        let zip = self.path(of: export.id)
        try await CaseZip.pack(path, into: zip, time: installation.now)
        return CaseExportRecord.Result(
            calls: outcome.calls,
            recordings: outcome.recordings,
            bytes: outcome.byteCount,
            missing: outcome.missing,
            explained: outcome.explained,
            damage: outcome.damage,
            unproven: outcome.unproven,
            remarks: outcome.remarks,
            manifest: outcome.manifest?.description,
            keys: Dictionary(outcome.keys.map { ($0.organization.description, $0.vkey) }) { first, _ in first },
            isComplete: outcome.isComplete,
            fileBytes: try FileSystem.size(of: zip) ?? 0
        )
    }

    /// The folder and the zip file exist at the same time, so an export takes twice its bytes for a while.
    private func requireSpace(for calls: [CallRow]) throws {
        let bytes = calls.flatMap(\.recordings).reduce(Int64(0)) { $0 + ($1.held?.byteCount ?? 0) }
        let free = try installation.root.diskSpace().freeBytes
        guard free - 2 * bytes > installation.settings.archive.minimumFreeBytes else {
            throw Problem.busy("the disk has no room for this export", code: "disk_low", retryAfter: 3600)
        }
    }

    // MARK: - Files that are no longer wanted

    /// Removes what an ended process left: folders of exports that were not finished.
    private func removeUnfinished() throws {
        for name in try FileSystem.names(in: folder) where !name.hasSuffix(".zip") {
            try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
    }

    /// Looks every hour, because the next export may be far away, and the files have audio in them.
    private func removeExpired(until stop: StopRequest) async {
        while !stop.isMade, !Task.isCancelled {
            removeExpired()
            await stop.wait(atMost: .hours(1))
        }
    }

    func removeExpired() {
        let now = installation.now
        for name in (try? FileSystem.names(in: folder)) ?? [] where name.hasSuffix(".zip") {
            let path = "\(folder)/\(name)"
            guard let status = try? FileSystem.status(of: path) else { continue }
            let made = Timestamp(millisecondsSince1970: status.modifiedSecondsSince1970 * 1000)
            if now - made > Self.lifetime { try? FileSystem.remove(path) }
        }
    }
}

/// What exports that have not begun are to have, and who gets them.
final class CaseOrders: Sendable {
    struct Order: Sendable {
        var calls: [CaseRecord.Call]
        var actor: Actor
    }

    private let orders = Mutex<[String: Order]>([:])

    func put(_ order: Order, _ id: String) { orders.withLock { $0[id] = order } }

    @discardableResult func take(_ id: String) -> Order? { orders.withLock { $0.removeValue(forKey: id) } }
}
