import Archiver
import DailyArchive
import Files
import Foundation
import Manifest
import Recordings
import Wiring

/// Who fetched which call, in the log of events: that it begins, durably before the first byte of a call is written, and what
/// came of it. What turns out to be damaged becomes known damage.
actor FetchLog {
    private let installation: Installation
    /// Where files are written to, as an absolute path.
    private let destination: String
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

    /// - Parameter folder: where files are written to.
    init(installation: Installation, folder: String) {
        self.installation = installation
        destination = URL(filePath: folder).standardizedFileURL.path
    }

    /// Notes that the recordings of one task are about to be given out. From an archive that nobody can write to any more,
    /// such as a disk that was mounted to be read only, calls can be fetched all the same, and a warning says that it is not
    /// noted.
    func noteBeginning(_ rows: [RecordingRow]) async {
        await note(.audioAccessed, rows.filter { $0.held != nil }) { ["recordings": "\($0.count)"] }
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

    private func note(
        _ kind: Event.Kind,
        _ rows: [RecordingRow],
        _ detail: ([RecordingRow]) -> [String: String]
    ) async {
        guard !isOutOfReach else { return }
        do {
            let manifest = try await installation.manifestForWriting()
            for (organization, rows) in Dictionary(grouping: rows, by: \.organization) {
                let event = Event(
                    time: installation.now,
                    kind: kind,
                    organization: organization,
                    task: rows.first?.key.taskID,
                    detail: detail(rows).merging(["how": "fetch"]) { $1 },
                    by: Operator.current
                )
                try await manifest?.appendEvent(event, isDurable: kind == .audioAccessed)
            }
        } catch {
            isOutOfReach = true
            Complaint.warning("could not record in the log of events who fetched these calls: \(error)")
        }
    }
}
