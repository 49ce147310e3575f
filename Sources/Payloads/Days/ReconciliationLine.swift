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
        let recordings = day.summary.recordings
        try line.encode(TaskFigures(day.summary.tasks), forKey: .tasks)
        try line.encode(RecordingFigures(recordings, expected: recordings.expected), forKey: .recordings)
    }
}
