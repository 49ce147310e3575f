import GRDB
import Recordings

/// The rows of values that recur, kept for one transaction. They must not be kept longer, because a transaction that
/// created some of them may be rolled back.
final class KnownRows {
    private var words: [Exactly: Int64] = [:]
    private var names: [Exactly: DatabaseValue] = [:]
    private var profiles: [[Exactly?]: DatabaseValue] = [:]
    private var outcomes: [[Exactly?]: Int64] = [:]
    private var formats: [AudioFormat: Int64] = [:]

    /// A text compared by its bytes, as in the database. Swift treats an é of one character and an é of two as equal.
    private struct Exactly: Hashable {
        let text: String

        init(_ text: String) { self.text = text }

        static func == (one: Exactly, other: Exactly) -> Bool { one.text.utf8.elementsEqual(other.text.utf8) }

        func hash(into hasher: inout Hasher) {
            var text = text
            text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }

    func word(_ text: String, in db: Database) throws -> Int64 {
        try Self.value(for: Exactly(text), among: &words) { try StringTable.row(of: text, in: db) }
    }

    func name(_ text: String, in db: Database) throws -> DatabaseValue {
        try Self.value(for: Exactly(text), among: &names) { try StringTable.nameValue(of: text, in: db) }
    }

    func profile(_ profile: CallProfile, in db: Database) throws -> DatabaseValue {
        let parties = [profile.agent, profile.queue, profile.site, profile.team].flatMap { [$0?.id, $0?.name] }
        let key = (parties + [profile.direction, profile.line]).map { $0.map(Exactly.init) }
        return try Self.value(for: key, among: &profiles) { try profile.stored(in: db) }
    }

    func outcome(_ outcome: CallOutcome, in db: Database) throws -> Int64 {
        let key = [outcome.wrapUp, outcome.termination, "\(outcome.source)"].map { $0.map(Exactly.init) }
        return try Self.value(for: key, among: &outcomes) { try outcome.row(in: db) }
    }

    func format(_ audio: AudioFormat, in db: Database) throws -> Int64 {
        var format = audio
        format.durationMilliseconds = 0
        return try Self.value(for: format, among: &formats) { try audio.row(in: db) }
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
