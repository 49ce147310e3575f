import GRDB

/// How far a reader is in a sequence of tasks, in the order in which they were created.
struct TaskPosition: RowPosition {
    var createdTime: Int64
    var id: DatabaseValue

    /// Before every identifier: SQLite orders numbers before text and blobs, and a comparison with NULL would be
    /// unknown.
    static let beginning = TaskPosition(createdTime: .min, id: Int64.min.databaseValue)

    func isAfter(_ earlier: TaskPosition) -> Bool {
        if createdTime != earlier.createdTime { return createdTime > earlier.createdTime }
        let (kind, bytes) = Self.order(of: id)
        let (earlierKind, earlierBytes) = Self.order(of: earlier.id)
        return kind != earlierKind ? kind > earlierKind : earlierBytes.lexicographicallyPrecedes(bytes)
    }

    /// The order in which SQLite compares values: numbers, then texts, then blobs; the latter two by their bytes.
    private static func order(of id: DatabaseValue) -> (kind: Int, bytes: [UInt8]) {
        switch id.storage {
        case .string(let text): (1, Array(text.utf8))
        case .blob(let data): (2, Array(data))
        default: (0, [])
        }
    }
}
