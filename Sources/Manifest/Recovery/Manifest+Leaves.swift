import GRDB
import Recordings

extension Manifest {
    /// Records where the evidence log has recordings. The last one counts if there are several for a recording; those of unknown
    /// recordings are ignored. The change is not durable at once: without it a proof takes a search.
    package func noteLeaves(_ leaves: [RecordingLeaf], of organization: OrganizationName) async throws {
        guard !leaves.isEmpty else { return }
        try await write { db in
            let row = try OrganizationRow.row(of: organization, in: db)
            let update = "UPDATE recording SET leaf = ?1 WHERE task = ?2 AND ordinal = ?3 AND leaf IS NOT ?1"
            try KnownTask.forEach(leaves, about: \.taskID, organization: row, in: db) { leaf, task in
                guard let task else { return }
                let known = try KnownRecording.all(of: task.row, taskID: leaf.taskID, in: db)
                guard let recording = known.first(where: { PayloadPath.of(leaf.taskID, $0.file) == leaf.path }) else {
                    return
                }
                try db.cachedStatement(sql: update).execute(arguments: [leaf.leaf, task.row, recording.ordinal])
            }
        }
    }

    /// The number of a recording's entry in the evidence log, as last recorded. The caller checks that the entry is the
    /// recording's.
    /// - Parameter path: the recording's path in the bag of its archive.
    /// - Returns: `nil` if it is not known.
    package func leaf(
        of taskID: TaskID,
        path: String,
        organization: OrganizationName
    ) async throws -> Int64? {
        try await read { db in
            let select = "SELECT row FROM organization WHERE name = ?"
            guard let row = try Int64.fetchOne(db, sql: select, arguments: [organization.description]),
                let task = try KnownTask.find(taskID, organization: row, in: db)?.row
            else { return nil }
            let known = try KnownRecording.all(of: task, taskID: taskID, in: db)
            guard let recording = known.first(where: { PayloadPath.of(taskID, $0.file) == path }) else { return nil }
            let leaf = "SELECT leaf FROM recording WHERE task = ? AND ordinal = ?"
            return try Int64.fetchOne(db, sql: leaf, arguments: [task, recording.ordinal])
        }
    }
}
