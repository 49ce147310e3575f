import Foundation
import GRDB
import Recordings

// How the nouns look in the manifest's columns. Compact on purpose: a hundred million recordings have to fit, and
// docs/manifest.md counts the bytes of each column.

/// Identifiers as columns hold them: a canonical lower-case UUID as its sixteen bytes, anything else as text. The two
/// never meet: a text that could have been sixteen bytes is never stored as text, so that equality of columns is
/// equality of spellings. A task may be asked for in another spelling (``TaskID/known(in:)``).
enum StoredIdentifier {
    static func value(_ text: String) -> DatabaseValue {
        CanonicalUUID(text).map { $0.withBytes { Data($0) }.databaseValue } ?? text.databaseValue
    }

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
    /// The value under which the task is known, if it is: the one of its first spelling (RFC 9562: the case of a UUID's
    /// digits makes no difference).
    func known(in db: Database) throws -> DatabaseValue {
        guard let uuid = CanonicalUUID(ignoringCaseOf: description) else { return stored }
        let select = """
            SELECT id FROM task INDEXED BY task_by_capital_id
            WHERE lower(id) = ? AND typeof(id) = 'text' AND length(id) = 36
            """
        let text = uuid.description
        if let found = try DatabaseValue.fetchOne(db.cachedStatement(sql: select), arguments: [text]) { return found }
        return StoredIdentifier.value(text)
    }
}

extension Timestamp {
    var stored: Int64 { millisecondsSince1970 }

    init(stored: Int64) {
        self.init(millisecondsSince1970: stored)
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

extension ArchiveDay {
    /// Days since 1970-01-01: two bytes in a row where the text takes ten.
    var stored: Int64 { daysSince1970 }

    init(stored days: Int64) throws(ManifestError) {
        guard days.magnitude < 1 << 32, let day = ArchiveDay(daysSince1970: days) else {
            throw .unreadable("day", days.databaseValue)
        }
        self = day
    }
}

extension OrganizationName {
    init(stored text: String) throws(ManifestError) {
        guard let name = OrganizationName(text) else { throw .unreadable("organization name", text.databaseValue) }
        self = name
    }
}

extension ArchiveName {
    /// - Throws: `damaged` if no archive has that sequence.
    init(organization: OrganizationName, day: ArchiveDay, stored sequence: Int) throws(ManifestError) {
        guard sequence >= 1 else { throw .unreadable("sequence", sequence.databaseValue) }
        self.init(organization: organization, day: day, sequence: sequence)
    }
}

extension ManifestError {
    /// A value in the database that is not what its column can have.
    /// - Parameter place: which row it is in, as far as the row says it.
    static func unreadable(_ what: String, _ value: DatabaseValue, in place: String = "") -> ManifestError {
        let row = place.isEmpty ? "" : " in the row with \(place)"
        let text = String("\(value)".prefix(80).map { $0.isNewline ? " " : $0 })
        return ManifestError(.damaged, "the manifest has an unreadable \(what)\(row): \(text)\(remedy)")
    }

    static var remedy: String { "; `callark rebuild` makes a new one" }
}
