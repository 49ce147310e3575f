import Manifest
import Recordings

/// `{"type":"day", …}`: the counts of a day in a pass's window. The lines of a pass add up to its summary.
package struct ReconciliationLine: Encodable {
    let type = "day"
    private let day: DayReconciliation
    private let isComplete: Bool

    /// - Parameter isComplete: whether the day is complete; `nil` to decide by its figures alone.
    package init(_ day: DayReconciliation, isComplete: Bool? = nil) {
        self.day = day
        self.isComplete = isComplete ?? day.summary.isComplete
    }

    private enum CodingKeys: String, CodingKey {
        case type, organization, day, tasks, recordings, bytes, closed, damaged, complete
        case audioMilliseconds = "audio_ms"
    }

    private enum TaskKeys: String, CodingKey {
        case listed, undetermined
        case captureRequested = "capture_requested"
        case notRequested = "not_requested"
    }

    private enum RecordingKeys: String, CodingKey {
        case expected, known, archived, stored, pending, failed, damaged, gaps, awaited, explained, unexplained
        case reasons, suspect
    }

    package func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: CodingKeys.self)
        try line.encode(type, forKey: .type)
        try line.encode(day.organization, forKey: .organization)
        try line.encode(day.day, forKey: .day)
        try line.encode(day.audioMilliseconds, forKey: .audioMilliseconds)
        try line.encode(day.bytes, forKey: .bytes)
        try line.encode(day.isClosed, forKey: .closed)
        try line.encode(day.isDamaged, forKey: .damaged)
        try line.encode(isComplete, forKey: .complete)
        var tasks = line.nestedContainer(keyedBy: TaskKeys.self, forKey: .tasks)
        try tasks.encode(day.summary.tasks.listed, forKey: .listed)
        try tasks.encode(day.summary.tasks.captureRequested, forKey: .captureRequested)
        try tasks.encode(day.summary.tasks.notRequested, forKey: .notRequested)
        try tasks.encode(day.summary.tasks.undetermined, forKey: .undetermined)
        let figures = day.summary.recordings
        var recordings = line.nestedContainer(keyedBy: RecordingKeys.self, forKey: .recordings)
        try recordings.encode(figures.expected, forKey: .expected)
        try recordings.encode(figures.known, forKey: .known)
        try recordings.encode(figures.archived, forKey: .archived)
        try recordings.encode(figures.stored, forKey: .stored)
        try recordings.encode(figures.pending, forKey: .pending)
        try recordings.encode(figures.failed, forKey: .failed)
        try recordings.encode(figures.damaged, forKey: .damaged)
        try recordings.encode(figures.gaps, forKey: .gaps)
        try recordings.encode(figures.awaited, forKey: .awaited)
        try recordings.encode(figures.explained, forKey: .explained)
        try recordings.encode(figures.unexplained, forKey: .unexplained)
        try recordings.encode(figures.reasons, forKey: .reasons)
        try recordings.encode(figures.suspect, forKey: .suspect)
    }
}
