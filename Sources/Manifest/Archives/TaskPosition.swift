import GRDB

/// Where a run through tasks stands, in the order of their creation.
struct TaskPosition: RowPosition {
    var createdTime: Int64
    var id: DatabaseValue

    /// Before any identifier, since NULL would compare as unknown and any blob or text is greater than a number.
    static let beginning = TaskPosition(createdTime: .min, id: Int64.min.databaseValue)

    func isBehind(_ earlier: TaskPosition) -> Bool {
        if createdTime != earlier.createdTime { return createdTime > earlier.createdTime }
        let (kind, bytes) = Self.order(of: id)
        let (earlierKind, earlierBytes) = Self.order(of: earlier.id)
        return kind != earlierKind ? kind > earlierKind : earlierBytes.lexicographicallyPrecedes(bytes)
    }

    /// As SQLite compares values: numbers, then texts, then blobs, the latter two by their bytes.
    private static func order(of id: DatabaseValue) -> (kind: Int, bytes: [UInt8]) {
        switch id.storage {
        case .string(let text): (1, Array(text.utf8))
        case .blob(let data): (2, Array(data))
        default: (0, [])
        }
    }
}
