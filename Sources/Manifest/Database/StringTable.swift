import GRDB
import Recordings

/// Texts that recur, stored once. In rows they take one or two bytes.
enum StringTable {
    /// The provider chooses file names. If all names of a tenant are different, words would cost more than they save.
    /// Once there are this many words, new names are stored in the rows themselves.
    static let limitForNames = 4096

    /// A condition: that `column`, which refers to a word or is NULL, has the text of the parameter with its name,
    /// which is a text or NULL. If the text is not a word yet, the condition is not met, because nothing equals NULL.
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
    /// The row that has everything except the duration.
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
