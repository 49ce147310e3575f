import GRDB
import Recordings

/// Texts that come again and again, stored once. In rows they cost one or two bytes.
enum Words {
    /// File names are the provider's to choose. If a tenant's are all different, words would cost more than they save:
    /// from this many on, new ones stand in the rows themselves.
    static let limitForNames = 4096

    /// A condition: that `column`, which refers to a word or to none, is the parameter of its name, a text or NULL. It does
    /// not hold where the text is no word yet, for nothing equals a row that is not there.
    static func condition(_ column: String) -> String {
        "ifnull(\(column), 0) = iif(:\(column) IS NULL, 0, (SELECT row FROM word WHERE text = :\(column)))"
    }

    static func row(of text: String, in db: Database) throws -> Int64 {
        if let row = try known(text, in: db) { return row }
        try db.cachedStatement(sql: "INSERT INTO word (text) VALUES (?)").execute(arguments: [text])
        return db.lastInsertedRowID
    }

    static func nameValue(of text: String, in db: Database) throws -> DatabaseValue {
        if let row = try known(text, in: db) { return row.databaseValue }
        let count = try Int.fetchOne(db.cachedStatement(sql: "SELECT max(row) FROM word")) ?? 0
        return count < limitForNames ? try row(of: text, in: db).databaseValue : text.databaseValue
    }

    static func known(_ text: String, in db: Database) throws -> Int64? {
        try Int64.fetchOne(db.cachedStatement(sql: "SELECT row FROM word WHERE text = ?"), arguments: [text])
    }
}

extension AudioFormat {
    /// The row of everything but the duration.
    func row(in db: Database) throws -> Int64 {
        let parts: StatementArguments = [codec, channels, sampleRateHertz, bitsPerSample]
        let known = """
            SELECT row FROM audio_format
            WHERE codec = ? AND channels = ? AND sample_rate_hz = ? AND bits_per_sample = ?
            """
        if let row = try Int64.fetchOne(db.cachedStatement(sql: known), arguments: parts) { return row }
        let insert = "INSERT INTO audio_format (codec, channels, sample_rate_hz, bits_per_sample) VALUES (?, ?, ?, ?)"
        try db.cachedStatement(sql: insert).execute(arguments: parts)
        return db.lastInsertedRowID
    }
}
