import Foundation
import GRDB
import Recordings

/// What a manifest that is about to be replaced knows of the sealed archives, whatever its version and however damaged
/// it is.
package struct FormerManifest: Sendable {
    /// A sealed archive as it was noted.
    package struct Archive: Hashable, Sendable {
        package var name: ArchiveName
        package var byteCount: Int64
        package var digest: ContentDigest
        package var recordings: Int64
    }

    /// By organization, day and sequence.
    package private(set) var archives: [Archive] = []
    /// What is wrong with the file, and with its rows about archives; empty for a sound manifest.
    package private(set) var faults: [String] = []

    /// Whether everything that it says can be relied on.
    package var isSound: Bool { faults.isEmpty }

    /// Reads it, and changes nothing.
    /// - Returns: `nil` if there is no manifest at `path`, or one in which nothing was ever noted.
    /// - Throws: `damaged` and `inputOutput` if it cannot be read; `newer`, `permission`, `busy`.
    package static func read(_ path: String) throws(ManifestError) -> FormerManifest? {
        guard try Manifest.exists(at: path) else { return nil }
        do {
            let queue = try Manifest.openedForReading(path, anyVersion: true)
            defer { try? queue.close() }
            return try queue.read(FormerManifest.init)
        } catch {
            throw ManifestError(error, path: path)
        }
    }

    private init(_ db: Database) throws {
        faults = try Manifest.faults(in: db)
        // The columns that the first version had.
        let select = """
            SELECT organization.name, day, sequence, byte_count, digest, recordings
            FROM archive LEFT JOIN organization ON organization.row = archive.organization WHERE digest IS NOT NULL
            ORDER BY name, day, sequence
            """
        let rows = try Row.fetchCursor(db, sql: select)
        while let row = try rows.next() {
            if let archive = Archive(row) {
                archives.append(archive)
            } else {
                faults.append("a row about an archive cannot be understood")
            }
        }
    }
}

extension FormerManifest.Archive {
    /// - Returns: `nil` if a column has what it cannot have: the file may be damaged anywhere.
    fileprivate init?(_ row: Row) {
        guard let values = try? (0..<6).map({ try row[$0] as DatabaseValue }),
            case .string(let organization) = values[0].storage, case .int64(let day) = values[1].storage,
            case .int64(let sequence) = values[2].storage, case .int64(let bytes) = values[3].storage,
            case .blob(let digest) = values[4].storage, case .int64(let recordings) = values[5].storage,
            let organization = OrganizationName(organization), let day = ArchiveDay(daysSince1970: day),
            (1...Int64(Int32.max)).contains(sequence), bytes > 0, let digest = ContentDigest(bytes: digest)
        else { return nil }
        name = ArchiveName(organization: organization, day: day, sequence: Int(sequence))
        byteCount = bytes
        self.digest = digest
        self.recordings = recordings
    }
}
