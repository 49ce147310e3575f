import GRDB
import Recordings

/// Sealed archives whose files are missing, or have another size than they should. Nothing of this is stored. It shows
/// the disk at one moment, and a file that comes back is not altered any more. A file of another size does not count as
/// altered if it has been read from end to end with that size: then the finding of that reading says more than the
/// size.
package struct AlteredArchives: Hashable, Sendable {
    /// One altered archive.
    package struct Archive: Hashable, Sendable {
        package var name: ArchiveName
        /// What is wrong with its file, in a few words.
        package var reason: String
    }

    private var archives: [Int64: Archive] = [:]

    package init() {}

    package var isEmpty: Bool { archives.isEmpty }
    /// All of them, by name.
    package var all: [Archive] { archives.values.sorted { $0.name < $1.name } }

    /// Adds an archive.
    package mutating func add(_ file: SealedFile, reason: String) {
        archives[file.row] = Archive(name: file.name, reason: reason)
    }

    /// What is wrong with the file of this archive; `nil` if nothing is known to be wrong.
    package func reason(of name: ArchiveName) -> String? { archives.values.first { $0.name == name }?.reason }

    /// When the tasks of their days can have been created; `nil` if none of them is of this organization.
    func instants(of organization: OrganizationName) -> Range<Timestamp>? {
        let days = archives.values.filter { $0.name.organization == organization }.map(\.name.day)
        guard let first = days.min(), let last = days.max() else { return nil }
        return TaskRange.instants(of: first).lowerBound..<TaskRange.instants(of: last).upperBound
    }

    /// By the row of `archive`.
    subscript(row: Int64) -> Archive? { archives[row] }

    /// The rows of `archive`, for `IN (\(Self.rows))`.
    var argument: StatementArguments {
        ["altered": "[\(archives.keys.sorted().map(String.init).joined(separator: ","))]"]
    }

    static let rows = "SELECT value FROM json_each(:altered)"
}

/// What the file of a sealed archive should be.
package struct SealedFile: Hashable, Sendable {
    let row: Int64
    package let name: ArchiveName
    /// The length of the tar, in bytes.
    package let byteCount: Int64
    /// The length of the file when it was last read; `nil` if it has not been read to its end since it was added to
    /// this manifest.
    package let readByteCount: Int64?
    /// Whether it was removed from the disk because the vault has it.
    package let isEvicted: Bool
}

extension Manifest {
    /// The files of the sealed archives, by name.
    /// - Parameter days: only archives of these days.
    package func sealedFiles(
        organization: OrganizationName? = nil,
        days: ClosedRange<ArchiveDay>? = nil
    ) async throws -> [SealedFile] {
        try await read { db in
            let select = """
                SELECT organization.name, day, sequence, archive.row, archive.byte_count, reading.byte_count,
                    \(VaultRule.isEvicted())
                FROM archive JOIN organization ON organization.row = archive.organization
                LEFT JOIN reading ON reading.archive = archive.row
                WHERE digest IS NOT NULL AND (:organization IS NULL OR organization.name = :organization)
                    AND day BETWEEN :first AND :last
                ORDER BY 1, 2, 3
                """
            let arguments: StatementArguments = [
                "organization": organization?.description, "first": days?.lowerBound.stored ?? .min,
                "last": days?.upperBound.stored ?? .max,
            ]
            return try Row.fetchAll(db, sql: select, arguments: arguments).map { row in
                SealedFile(
                    row: try row[3],
                    name: try ArchiveName(row),
                    byteCount: try row.amount(4),
                    readByteCount: try row[5],
                    isEvicted: try row[6]
                )
            }
        }
    }
}
