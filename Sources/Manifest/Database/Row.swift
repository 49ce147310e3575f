import Foundation
import GRDB

/// A row from the database, read with checks. A single flipped bit can change the type of a value; that must be
/// reported as damage, and must not end the process.
///
/// It has the same name as GRDB's row on purpose: the subscripts of that one trap, and with this name no code of this
/// module can use them by mistake.
struct Row {
    private let row: GRDB.Row

    fileprivate init(_ row: GRDB.Row) {
        self.row = row
    }

    /// The value in a column, by its number.
    /// - Throws: `damaged`, with the column and the row, if the value has another type.
    subscript<Value: StoredColumn>(_ index: Int) -> Value {
        get throws {
            guard index < row.count else { throw unreadable(columnAt: index, .null) }
            let stored: DatabaseValue = row[index]
            guard let value = Value(column: stored) else { throw unreadable(columnAt: index, stored) }
            return value
        }
    }

    /// The value in a column, by its name. A column that the row does not have is NULL.
    /// - Throws: `damaged`, with the column and the row, if the value has another type.
    subscript<Value: StoredColumn>(_ name: String) -> Value {
        get throws {
            let stored = (try? row.decode(DatabaseValue.self, forColumn: name)) ?? .null
            guard let value = Value(column: stored) else { throw unreadable(name, stored) }
            return value
        }
    }

    /// Whether a column has no value.
    func isNull(_ index: Int) throws -> Bool { try (self[index] as DatabaseValue).isNull }

    /// Whether a column has no value, or does not exist.
    func isNull(_ name: String) throws -> Bool { try (self[name] as DatabaseValue).isNull }

    /// The largest number of which many can be added without an overflow.
    static let largestAmount: Int64 = 1 << 53

    /// A number of bytes, a position in a file, or a count: from 0 to ``largestAmount``.
    /// - Throws: `damaged` if the number is outside of that range.
    func amount(_ index: Int) throws -> Int64 {
        let stored: DatabaseValue = try self[index]
        guard case .int64(let number) = stored.storage, (0...Self.largestAmount).contains(number) else {
            throw unreadable(columnAt: index, stored)
        }
        return number
    }

    /// The same by the column's name.
    func amount(_ name: String) throws -> Int64 {
        let stored: DatabaseValue = try self[name]
        guard case .int64(let number) = stored.storage, (0...Self.largestAmount).contains(number) else {
            throw unreadable(name, stored)
        }
        return number
    }

    private func unreadable(columnAt index: Int, _ value: DatabaseValue) -> ManifestError {
        let names = Array(row.columnNames)
        return unreadable(names.indices.contains(index) ? names[index] : "\(index)", value)
    }

    /// The error for a damaged column of this row.
    func unreadable(column index: Int) throws -> ManifestError {
        unreadable(columnAt: index, try self[index])
    }

    /// The same by the column's name.
    func unreadable(column name: String) throws -> ManifestError {
        unreadable(name, try self[name])
    }

    /// Identifies the row by its first numbers and identifiers, which are the keys of its table and of joined ones.
    private func unreadable(_ column: String, _ value: DatabaseValue) -> ManifestError {
        let keys = zip(row.columnNames, row.databaseValues)
            .compactMap { name, value -> String? in
                guard name != column else { return nil }
                switch value.storage {
                case .int64(let number): return "\(name) \(number)"
                case .blob, .string: return StoredIdentifier.text(value).map { "\(name) \($0)" }
                default: return nil
                }
            }
            .prefix(4)
        return .unreadable(column, value, in: keys.joined(separator: ", "))
    }
}

extension Row {
    /// The first row that a statement returns; `nil` if it returns none.
    static func fetchOne(_ statement: Statement, arguments: StatementArguments? = nil) throws -> Row? {
        try GRDB.Row.fetchOne(statement, arguments: arguments).map(Row.init)
    }

    static func fetchOne(_ db: Database, sql: String, arguments: StatementArguments = StatementArguments()) throws
        -> Row?
    {
        try GRDB.Row.fetchOne(db, sql: sql, arguments: arguments).map(Row.init)
    }

    /// All rows that a statement returns.
    static func fetchAll(_ statement: Statement, arguments: StatementArguments? = nil) throws -> [Row] {
        try GRDB.Row.fetchAll(statement, arguments: arguments).map(Row.init)
    }

    static func fetchAll(_ db: Database, sql: String, arguments: StatementArguments = StatementArguments()) throws
        -> [Row]
    {
        try GRDB.Row.fetchAll(db, sql: sql, arguments: arguments).map(Row.init)
    }

    /// The rows that a statement returns, one after another. Each is valid until the next one is fetched.
    static func fetchCursor(_ statement: Statement, arguments: StatementArguments? = nil) throws -> RowCursor {
        try GRDB.Row.fetchCursor(statement, arguments: arguments).map(Row.init)
    }

    static func fetchCursor(
        _ db: Database,
        sql: String,
        arguments: StatementArguments = StatementArguments()
    ) throws -> RowCursor {
        try GRDB.Row.fetchCursor(db, sql: sql, arguments: arguments).map(Row.init)
    }
}

typealias RowCursor = MapCursor<GRDB.RowCursor, Row>

/// A type that a column can hold, with a check.
protocol StoredColumn {
    /// - Returns: `nil` if the column has something else.
    init?(column: DatabaseValue)
}

extension Int64: StoredColumn {
    init?(column: DatabaseValue) {
        guard case .int64(let number) = column.storage else { return nil }
        self = number
    }
}

extension Int: StoredColumn {
    /// For counts and codes, with a magnitude of at most ``Row/largestAmount``.
    init?(column: DatabaseValue) {
        guard let number = Int64(column: column), number.magnitude <= Row.largestAmount else { return nil }
        self = Int(number)
    }
}

extension Bool: StoredColumn {
    init?(column: DatabaseValue) {
        guard let number = Int64(column: column) else { return nil }
        self = number != 0
    }
}

extension String: StoredColumn {
    init?(column: DatabaseValue) {
        guard case .string(let text) = column.storage else { return nil }
        self = text
    }
}

extension DatabaseValue: StoredColumn {
    init?(column: DatabaseValue) {
        self = column
    }
}

extension Optional: StoredColumn where Wrapped: StoredColumn {
    init?(column: DatabaseValue) {
        if column.isNull {
            self = .none
        } else if let value = Wrapped(column: column) {
            self = .some(value)
        } else {
            return nil
        }
    }
}
