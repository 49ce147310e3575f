import Manifest
import Recordings

/// Who fetched which call, in the log of events: noted before the first byte of a call is written.
actor FetchLog {
    private let workplace: Workplace
    private var manifest: Manifest?
    private var isOutOfReach = false

    init(workplace: Workplace) {
        self.workplace = workplace
    }

    /// Notes that the recordings of one task are given out. From an archive that nobody can write to any more, such as a
    /// disk that was mounted to be read only, calls can be fetched all the same, and a warning says that it is not noted.
    func note(_ rows: [RecordingRow]) async {
        await note(rows.filter { $0.held != nil }) { ["recordings": "\($0.count)"] }
    }

    /// Notes of the same recordings how many were written in the end, if some could not be.
    func noteOutcome(_ rows: [RecordingRow], written: Set<RecordingRowID>) async {
        let held = rows.filter { $0.held != nil }
        guard !held.allSatisfy({ written.contains($0.row) }) else { return }
        await note(held) { rows in
            let count = rows.filter { written.contains($0.row) }.count
            return ["recordings": "\(count)", "not_written": "\(rows.count - count)"]
        }
    }

    private func note(_ rows: [RecordingRow], _ detail: ([RecordingRow]) -> [String: String]) async {
        guard !isOutOfReach else { return }
        do {
            if manifest == nil { manifest = try await workplace.manifestForWriting() }
            for (organization, rows) in Dictionary(grouping: rows, by: \.organization) {
                let event = Event(
                    time: workplace.now,
                    kind: .audioAccessed,
                    organization: organization,
                    task: rows.first?.key.taskID,
                    detail: detail(rows).merging(["how": "fetch"]) { $1 },
                    by: Operator.current
                )
                try await manifest?.appendEvent(event)
            }
        } catch {
            isOutOfReach = true
            Complaint.warning("could not record in the log of events who fetched these calls: \(error)")
        }
    }
}
