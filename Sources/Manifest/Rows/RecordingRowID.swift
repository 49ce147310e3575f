/// Names a recording within this manifest, shortly; a rebuilt manifest may name it otherwise.
package struct RecordingRowID: Hashable, Sendable, Comparable {
    let task: Int64
    let ordinal: Int64

    package static func < (lhs: Self, rhs: Self) -> Bool { (lhs.task, lhs.ordinal) < (rhs.task, rhs.ordinal) }
}
