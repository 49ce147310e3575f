import Archiver
import DailyArchive
import Files
import Foundation
import Manifest
import Recordings
import Wiring

/// Who fetched which call and why, in the evidence log and the log of events: that it begins, durably before the first byte of a
/// call is written, and, in the log of events, what came of it. What turns out to be damaged becomes known damage.
actor FetchLog {
    private let installation: Installation
    /// Where files are written to, as an absolute path.
    private let destination: String
    private let purpose: [String: String]
    private var isOutOfReach = false
    private var hasWarnedOfDamage = false

    /// Why a recording was not given out.
    enum Failure: String {
        /// The archive no longer has its bytes.
        case damaged
        case notWritten = "not_written"

        init(_ error: any Error) {
            self = (error as? ArchiverError)?.code == .damaged ? .damaged : .notWritten
        }
    }

    /// - Parameters:
    ///   - folder: where files are written to.
    ///   - reason: why, in the words of who fetches.
    ///   - matter: the case that it is for.
    init(installation: Installation, folder: String, reason: String?, matter: String?) {
        self.installation = installation
        purpose = ["reason": reason, "case": matter].compactMapValues(\.self)
        destination = URL(filePath: folder).standardizedFileURL.path
    }

    /// Notes that the recordings of one task are about to be given out.
    /// - Throws: ``CommandError`` with exit code 77 if that cannot be noted: then nothing is given out.
    func noteBeginning(_ rows: [RecordingRow]) async throws {
        do {
            try await append(.audioAccessed, rows.filter { $0.held != nil }) { ["recordings": "\($0.count)"] }
        } catch {
            throw CommandError(
                .authorization,
                "no recording is given out, because it cannot be noted who had it: \(error); fetch with an account that may "
                    + "write to the evidence log"
            )
        }
    }

    /// Notes what came of the same recordings, and of those that are not held.
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

    /// Notes that a recording's bytes are not what was archived, which was just found out by reading them.
    func noteDamage(_ row: RecordingRow) async {
        guard let held = row.held else { return }
        // What the disk does not show at all every command sees by itself.
        if held.isSealed, (try? installation.root.sealedSize(held.archive)) == .some(nil) { return }
        do {
            let manifest = try await installation.manifestForWriting()
            let reason = "its bytes do not have the checksum that was recorded"
            try await manifest?.noteRead(
                DamagedRecording(archive: held.archive, taskID: row.key.taskID, offset: held.offset, reason: reason),
                by: Operator.current,
                now: installation.now
            )
        } catch {
            guard !hasWarnedOfDamage else { return }
            hasWarnedOfDamage = true
            Complaint.warning(
                "could not record this damage: \(error); run `callark verify --day \(row.day)` with the account of the archive"
            )
        }
    }

    /// Publishes what was noted, if it has waited long enough; the recordings are with who fetched them by now.
    func close() async {
        do {
            try await installation.evidence.publish(ifDue: true)
        } catch {
            Complaint.warning("could not publish the evidence log: \(error)")
        }
        installation.evidence.takeBegun().forEach(Complaint.notice)
    }

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
            Complaint.warning("could not record in the log of events what came of it: \(error)")
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
