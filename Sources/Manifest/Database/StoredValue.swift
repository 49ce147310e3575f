import Foundation
import GRDB
import Recordings

// How values are stored in the manifest's columns. They are compact because a hundred million recordings have to fit.
// docs/manifest.md counts the bytes of each column.

/// Identifiers as they are stored: a canonical lower-case UUID as its sixteen bytes, anything else as text. A text that
/// could be sixteen bytes is never stored as text, so two columns are equal exactly if their spellings are. A task can
/// also be found by another spelling (``TaskID/known(in:)``).
enum StoredIdentifier {
    static func value(_ text: String) -> DatabaseValue {
        CanonicalUUID(text).map(value) ?? text.databaseValue
    }

    static func value(_ uuid: CanonicalUUID) -> DatabaseValue { uuid.withBytes { Data($0) }.databaseValue }

    static func text(_ value: DatabaseValue) -> String? {
        switch value.storage {
        case .string(let text): text
        case .blob(let data): data.withUnsafeBytes { CanonicalUUID(bytes: $0) }?.description
        default: nil
        }
    }
}

extension ProviderIdentifier {
    var stored: DatabaseValue { StoredIdentifier.value(description) }

    init(stored value: DatabaseValue) throws(ManifestError) {
        guard let text = StoredIdentifier.text(value), let identifier = Self(text) else {
            throw .unreadable("identifier", value)
        }
        self = identifier
    }
}

extension TaskID {
    /// The value that is stored for the task if it is known: its first spelling. The case of a UUID's digits makes no
    /// difference (RFC 9562).
    func known(in db: Database) throws -> DatabaseValue {
        try known(in: db, besidesCapitals: try Self.areCapitalsKnown(in: db))
    }

    /// - Parameter besidesCapitals: whether any task is known by a UUID with capitals, which is rare.
    func known(in db: Database, besidesCapitals: Bool) throws -> DatabaseValue {
        guard let uuid = CanonicalUUID(ignoringCaseOf: description) else { return stored }
        guard besidesCapitals else { return StoredIdentifier.value(uuid) }
        let select = "SELECT id FROM task INDEXED BY task_by_capital_id WHERE lower(id) = ? AND \(Self.isOfCapitals)"
        let statement = try db.cachedStatement(sql: select)
        let found = try DatabaseValue.fetchOne(statement, arguments: [uuid.description])
        return found ?? StoredIdentifier.value(uuid)
    }

    static func areCapitalsKnown(in db: Database) throws -> Bool {
        let select = "SELECT 1 FROM task INDEXED BY task_by_capital_id WHERE lower(id) > '' AND \(isOfCapitals) LIMIT 1"
        return try Int.fetchOne(db.cachedStatement(sql: select)) != nil
    }

    /// The condition of the index `task_by_capital_id`.
    private static let isOfCapitals = "typeof(id) = 'text' AND length(id) = 36"
}

/// A time of Callark's own, or of a task's creation. Only times that calls can have are written and read. So no time
/// overflows in calculations, or makes a loop over days endless.
extension Timestamp: StoredColumn {
    /// The time itself, or the nearest plausible one, for example if a window begins at the beginning of all time.
    var stored: Int64 {
        let plausible = Self.plausibleMilliseconds
        return min(max(millisecondsSince1970, plausible.lowerBound), plausible.upperBound)
    }

    init?(column: DatabaseValue) {
        guard let milliseconds = Int64(column: column), Self.plausibleMilliseconds.contains(milliseconds) else {
            return nil
        }
        self.init(millisecondsSince1970: milliseconds)
    }
}

/// The provider's own times of a recording: in its key, and its end. They are stored unchanged, because they are only
/// compared with what the provider says later, and not calculated with.
extension Timestamp {
    var verbatim: Int64 { millisecondsSince1970 }

    init(verbatim milliseconds: Int64) {
        self.init(millisecondsSince1970: milliseconds)
    }
}

extension ContentDigest {
    var stored: Data { Data(bytes) }

    init(stored value: DatabaseValue) throws(ManifestError) {
        guard case .blob(let data) = value.storage, let digest = ContentDigest(bytes: data) else {
            throw .unreadable("digest", value)
        }
        self = digest
    }
}

extension CanonicalUUID {
    var stored: Data { withBytes { Data($0) } }
}

extension Salt {
    var stored: Data { Data(bytes) }

    init(stored value: DatabaseValue) throws(ManifestError) {
        guard case .blob(let data) = value.storage, let salt = Salt(bytes: data) else {
            throw .unreadable("salt", value)
        }
        self = salt
    }
}

extension ArchiveDay: StoredColumn {
    /// Days since 1970-01-01: two bytes in a row instead of ten for the text.
    var stored: Int64 { daysSince1970 }

    /// Accepts only the days, in any time zone, of times that calls can have.
    init?(column: DatabaseValue) {
        guard let days = Int64(column: column), Self.plausible.contains(days),
            let day = ArchiveDay(daysSince1970: days)
        else { return nil }
        self = day
    }

    private static let plausible: ClosedRange<Int64> = {
        let milliseconds = Timestamp.plausibleMilliseconds
        return (milliseconds.lowerBound / 86_400_000 - 1)...(milliseconds.upperBound / 86_400_000 + 1)
    }()
}

extension OrganizationName {
    init(stored text: String) throws(ManifestError) {
        guard let name = OrganizationName(text) else { throw .unreadable("organization name", text.databaseValue) }
        self = name
    }
}

extension ArchiveName {
    /// - Throws: `damaged` if no archive can have that sequence.
    init(organization: OrganizationName, day: ArchiveDay, stored sequence: Int) throws(ManifestError) {
        guard sequence >= 1 else { throw .unreadable("sequence", sequence.databaseValue) }
        self.init(organization: organization, day: day, sequence: sequence)
    }
}

extension ManifestError {
    /// The error for a value in the database that its column cannot have.
    /// - Parameter place: the row with the value, as far as it can be identified.
    static func unreadable(_ what: String, _ value: DatabaseValue, in place: String = "") -> ManifestError {
        let row = place.isEmpty ? "" : " in the row with \(place)"
        let text = String("\(value)".prefix(80).map { $0.isNewline ? " " : $0 })
        return ManifestError(.damaged, "the manifest has an unreadable \(what)\(row): \(text)\(remedy)")
    }

    static var remedy: String { "; `callark rebuild` makes a new one" }
}
