import GRDB
import Recordings

/// Sealed archives whose files do not exist as they were sealed: missing, or of another size. Nothing of this is stored: it
/// is what the disk says at one moment, and a file that comes back is well again. A file of another size that was read from
/// end to end since is none of them: what that reading found says more than its size.
package struct AlteredArchives: Hashable, Sendable {
    /// One such archive.
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

    /// What is wrong with the file of this archive; `nil` if nothing is known to be.
    package func reason(of name: ArchiveName) -> String? { archives.values.first { $0.name == name }?.reason }

    /// When the tasks of their days may have been created; `nil` if there is none of this organization.
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
    /// How long the tar is.
    package let byteCount: Int64
    /// How long its file was when it was read last; `nil` if it was not read since this manifest knows it, or not to its end.
    package let readByteCount: Int64?
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
                SELECT organization.name, day, sequence, archive.row, archive.byte_count, reading.byte_count
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
                    readByteCount: try row[5]
                )
            }
        }
    }
}
