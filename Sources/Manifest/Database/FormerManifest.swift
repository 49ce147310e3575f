import Foundation
import GRDB
import Recordings

/// What a manifest that is about to be replaced knows about the sealed archives, whatever its version, and even if it
/// is damaged.
package struct FormerManifest: Sendable {
    /// By organization, day and sequence.
    package private(set) var archives: [ArchiveRow] = []
    /// What is wrong with the file, and with its rows about archives; empty for a sound manifest.
    package private(set) var faults: [String] = []

    /// Whether everything in it can be relied on.
    package var isSound: Bool { faults.isEmpty }

    /// Reads the manifest at `path` without changing it.
    /// - Returns: `nil` if there is no manifest at `path`, or one in which nothing was ever recorded.
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
        // The first version had these columns too. Columns that were added later are not selected.
        let select = """
            SELECT organization.name AS name, day, sequence, byte_count, digest, recordings, sealed_time, NULL, NULL
            FROM archive JOIN organization ON organization.row = archive.organization
            WHERE digest IS NOT NULL ORDER BY name, day, sequence
            """
        let rows = try Row.fetchCursor(db, sql: select)
        while let row = try rows.next() {
            do {
                archives.append(try ArchiveRow(row))
            } catch let error as ManifestError where error.code == .damaged {
                faults.append(error.message)
            }
        }
    }
}
