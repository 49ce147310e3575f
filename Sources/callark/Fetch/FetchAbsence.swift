import Reports
import Archiver
import Foundation
import Manifest
import Recordings
import Settings

/// A part of a call that has no file: why, and what to do.
struct FetchAbsence {
    /// The exit status that follows from it; `nil` if nothing needs to be done, because nothing was to be recorded or
    /// it was explained.
    let status: ExitStatus?
    let taskID: TaskID
    /// The recording; `nil` if none is known by name.
    let recordingID: RecordingID?
    /// The code that programs compare: a state of recordings or of calls.
    let state: String
    /// For people.
    let text: String
}

extension CallRow {
    /// Whether the provider says about a finished call that nothing was to be recorded, and nothing of it is known:
    /// then there is no reason to ask.
    var isKnownToHaveNothing: Bool { state == .none && captureRequest == .notRequested && status.isTerminal }

    /// Everything about it that is not held.
    /// - Parameter timeZone: the time zone for the times of explanations.
    func absences(in timeZone: TimeZone) -> [FetchAbsence] {
        var absences = recordings.filter { $0.held == nil }.map { recording in
            absence(of: recording, gaps.first { $0.recording == recording.key }, timeZone)
        }
        if let gap { absences.append(absence(gap, timeZone)) }
        if absences.isEmpty, recordings.isEmpty { absences.append(absenceOfAll) }
        return absences
    }

    private var subject: String { "task \(taskID) of \(day)" }

    /// The call has neither a recording nor a gap.
    private var absenceOfAll: FetchAbsence {
        guard state == .none else {
            let why =
                status.isTerminal ? "the provider has not said yet whether it was recorded" : "the call is not over"
            return absence(.incomplete, nil, state.rawValue, "pending: \(why); every pass asks again")
        }
        let why = captureRequest == .notRequested ? "no recording was requested" : "the provider has no recording of it"
        let ending = status.description == "abandoned" ? "the call was abandoned, and \(why)" : why
        return absence(nil, nil, state.rawValue, "nothing to fetch: \(ending)")
    }

    private func absence(_ gap: Gap, _ timeZone: TimeZone) -> FetchAbsence {
        let detail = gap.detail.map { " (\($0))" } ?? ""
        let what = gap.reason == .unusable ? "the provider lists more than it delivers\(detail)" : gap.reason.meaning
        if let explanation = gap.explanation {
            let text = "nothing to fetch: \(what); explained: \(explanation.text(in: timeZone))"
            return absence(nil, nil, "explained", text)
        }
        let state = gap.isPending ? "pending" : "missing"
        return absence(.incomplete, nil, state, "\(state): \(what); \(gap.reason.advice)")
    }

    /// - Parameter gap: what is known about it, if it has failed.
    private func absence(of recording: RecordingRow, _ gap: Gap?, _ timeZone: TimeZone) -> FetchAbsence {
        let how = recording.state == .failed ? "has failed" : "is \(recording.state)"
        let what = "\(recording.file) \(how)\(recording.reason.map { ": \($0)" } ?? "")"
        if let explanation = gap?.explanation {
            let text = "\(what); explained: \(explanation.text(in: timeZone))"
            return absence(nil, recording, "explained", text)
        }
        let advice = recording.failureCode?.advice ?? "run it again later"
        let status = recording.state == .damaged ? ExitStatus.damage : .incomplete
        return absence(status, recording, recording.state.rawValue, "\(what); \(advice)")
    }

    private func absence(
        _ status: ExitStatus?,
        _ recording: RecordingRow?,
        _ state: String,
        _ text: String
    ) -> FetchAbsence {
        FetchAbsence(
            status: status,
            taskID: taskID,
            recordingID: recording?.key.recordingID,
            state: state,
            text: "\(subject): \(text)"
        )
    }
}
