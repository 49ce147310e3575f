import GRDB
import Recordings

/// The rows of what comes again and again, once they are known, for as long as one transaction lasts. No longer: what a
/// transaction made may have been rolled back when the next one begins.
final class KnownRows {
    private var words: [String: Int64] = [:]
    private var names: [String: DatabaseValue] = [:]
    private var profiles: [CallProfile: DatabaseValue] = [:]
    private var outcomes: [CallOutcome: Int64] = [:]

    func word(_ text: String, in db: Database) throws -> Int64 {
        try Self.value(for: text, among: &words) { try Words.row(of: text, in: db) }
    }

    func name(_ text: String, in db: Database) throws -> DatabaseValue {
        try Self.value(for: text, among: &names) { try Words.nameValue(of: text, in: db) }
    }

    func profile(_ profile: CallProfile, in db: Database) throws -> DatabaseValue {
        try Self.value(for: profile, among: &profiles) { try profile.stored(in: db) }
    }

    func outcome(_ outcome: CallOutcome, in db: Database) throws -> Int64 {
        try Self.value(for: outcome, among: &outcomes) { try outcome.row(in: db) }
    }

    private static func value<Key: Hashable, Value>(
        for key: Key,
        among known: inout [Key: Value],
        _ lookUp: () throws -> Value
    ) rethrows -> Value {
        if let value = known[key] { return value }
        let value = try lookUp()
        known[key] = value
        return value
    }
}
