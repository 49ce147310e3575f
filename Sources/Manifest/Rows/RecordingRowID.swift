/// A short reference to a recording in this manifest. It can change when the manifest is rebuilt.
package struct RecordingRowID: Hashable, Sendable, Comparable {
    let task: Int64
    let ordinal: Int64

    package static func < (lhs: Self, rhs: Self) -> Bool { (lhs.task, lhs.ordinal) < (rhs.task, rhs.ordinal) }
}
