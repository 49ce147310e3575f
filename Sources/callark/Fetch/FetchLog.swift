import Archiver
import DailyArchive
import Files
import Foundation
import Manifest
import Recordings
import Settings
import Wiring

/// Records in the evidence log and the log of events who fetches which call and why: durably before the first byte of a
/// call is written, and, in the log of events, with what outcome. Damage that it meets becomes known damage.
actor FetchLog {
    private let installation: Installation
    /// The folder that files are written to, as an absolute path.
    private let destination: String
    private let purpose: [String: String]
    private var isOutOfReach = false
    private var hasWarnedOfDamage = false

    /// Why a recording was not handed out.
    enum Failure: String {
        /// The archive no longer has its bytes.
        case damaged
        case notWritten = "not_written"
    }

    /// - Parameters:
    ///   - folder: the folder that files are written to.
    ///   - reason: the reason, in the words of the person who fetches.
    ///   - matter: the case that they are fetched for.
    init(installation: Installation, folder: String, reason: String?, matter: String?) {
        self.installation = installation
        purpose = ["reason": reason, "case": matter].compactMapValues(\.self)
        destination = URL(filePath: folder).standardizedFileURL.path
    }

    /// Records that the recordings of one task are about to be handed out.
    /// - Throws: ``CommandError`` with exit code 77 if that cannot be recorded: then nothing is handed out.
    func noteBeginning(_ rows: [RecordingRow]) async throws {
        do {
            try await append(.audioAccessed, rows.filter { $0.held != nil }) { ["recordings": "\($0.count)"] }
        } catch {
            guard installation.settings.audit.isRequired else {
                return Diagnostics.warning("could not record who got this call: \(error)")
            }
            throw CommandError(
                .authorization,
                "no recording is written, because the access cannot be recorded: \(error); run `callark log verify`, or "
                    + "fetch with an account that may write to the evidence log"
            )
        }
    }

    /// Records the outcome for the same recordings, and for those that are not held.
    func noteEnd(_ rows: [RecordingRow], failures: [RecordingRowID: Failure]) async {
        guard rows.contains(where: { $0.held != nil }) else { return }
        await note(.fetchEnded, rows) { [destination] rows in
            let notHeld = rows.count { $0.held == nil }
            let failed = rows.compactMap { $0.held == nil ? nil : failures[$0.row] }
            var detail = ["recordings": "\(rows.count - notHeld - failed.count)", "to": destination]
            if notHeld > 0 { detail["not_held"] = "\(notHeld)" }
            for (failure, all) in Dictionary(grouping: failed, by: \.self) { detail[failure.rawValue] = "\(all.count)" }
            return detail
        }
    }

    /// Takes note that a recording could not be copied. If its bytes are not what was archived, that is recorded.
    func note(_ error: any Error, of row: RecordingRow) async -> Failure {
        let failure = FailedRead(error, of: row, in: installation.root)
        if case .damaged(let damaged) = failure { await noteDamage(damaged, on: row.day) }
        return failure.isLoss ? .damaged : .notWritten
    }

    private func noteDamage(_ damaged: DamagedRecording, on day: ArchiveDay) async {
        do {
            let manifest = try await installation.manifestForWriting()
            try await manifest?.noteRead(damaged, by: Operator.current, now: installation.now)
        } catch {
            guard !hasWarnedOfDamage else { return }
            hasWarnedOfDamage = true
            Diagnostics.warning(
                "could not record this damage: \(error); run `callark verify --day \(day)` with the account of the archive"
            )
        }
    }

    /// Publishes the entries if they have waited long enough; the recordings have been handed out already.
    func close() async { await installation.closeLog() }

    private func note(
        _ kind: Event.Kind,
        _ rows: [RecordingRow],
        _ detail: ([RecordingRow]) -> [String: String]
    ) async {
        guard !isOutOfReach else { return }
        do {
            try await append(kind, rows, detail)
        } catch {
            isOutOfReach = true
            Diagnostics.warning("could not record the outcome in the log of events: \(error)")
        }
    }

    private func append(
        _ kind: Event.Kind,
        _ rows: [RecordingRow],
        _ detail: ([RecordingRow]) -> [String: String]
    ) async throws {
        let manifest = try await installation.manifestForWriting()
        for (organization, rows) in Dictionary(grouping: rows, by: \.organization) {
            let event = Event(
                time: installation.now,
                kind: kind,
                organization: organization,
                task: rows.first?.key.taskID,
                detail: detail(rows).merging(["how": "fetch"]) { $1 }.merging(purpose) { $1 },
                by: Operator.current
            )
            try await manifest?.appendEvent(event, isRecorded: kind == .audioAccessed)
        }
    }
}
