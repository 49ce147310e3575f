import DailyArchive
import Foundation
import Manifest
import Recordings

/// Gives recordings back: out of a sealed archive by their offset, else out of the spool.
package struct Retrieval: Sendable {
    private let root: ArchiveRoot
    private let manifest: Manifest

    /// One file that was written.
    package struct File: Sendable {
        package var row: RecordingRow
        package var path: String
    }

    package init(root: ArchiveRoot, manifest: Manifest) {
        self.root = root
        self.manifest = manifest
    }

    /// What is known of a task's recordings, in the order of their files' names.
    package func recordings(of task: TaskID, organization: OrganizationName?) async throws -> [RecordingRow] {
        try await manifest.recordings(of: task, organization: organization)
    }

    /// Writes `folder/<task id>/<file>` for a recording that is held. A file that is there is replaced by the same
    /// bytes.
    /// - Throws: `ArchiveError`, with code `damaged` where the archive no longer has the bytes, and then no file is left;
    ///   ``ArchiverError`` with code `notAvailable` for a recording that is not held.
    package func copy(_ row: RecordingRow, into folder: String) async throws -> File {
        guard let held = row.held else {
            throw ArchiverError(.notAvailable, "task \(row.key.taskID): \(row.file) is \(row.state.rawValue)")
        }
        let taskFolder = "\(folder)/\(FileName(sanitizing: row.key.taskID.description))"
        do {
            try FileManager.default.createDirectory(atPath: taskFolder, withIntermediateDirectories: true)
        } catch {
            throw ArchiveError(.permission, "cannot make the folder \(taskFolder)", path: taskFolder)
        }
        let destination = "\(taskFolder)/\(row.file)"
        try await copy(held, isArchived: row.state == .archived, to: destination)
        return File(row: row, path: destination)
    }

    /// An archive may be sealed between looking and reading: then it stands in its place, and nowhere else.
    private func copy(_ held: RecordingRow.Held, isArchived: Bool, to destination: String) async throws {
        let sealed = root.archivePath(held.archive)
        let open = root.openArchivePath(held.archive)
        do {
            try await copy(held, from: isArchived ? sealed : open, to: destination)
        } catch let error as ArchiveError where error.code == .missing && !isArchived {
            try await copy(held, from: sealed, to: destination)
        }
    }

    private func copy(_ held: RecordingRow.Held, from path: String, to destination: String) async throws {
        try await ArchiveReader.copy(
            from: path,
            offset: held.offset,
            byteCount: held.byteCount,
            expecting: held.digest,
            to: destination
        )
    }
}
