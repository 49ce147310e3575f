import Archiver
import Evidence
import Files
import Logging
import Recordings
import Settings
import Wiring

/// What the service notes of those who ask it.
extension Installation {
    /// Has the evidence logs accept entries, before what they say is done.
    /// - Throws: `EvidenceError` if they do not, unless the configuration does without (`audit.required`).
    func accept(_ entries: [LogEntry]) async throws {
        let logs = evidence
        do {
            try await BlockingWork.run { _ throws(EvidenceError) in try logs.append(entries) }
        } catch {
            guard !settings.audit.isRequired else { throw error }
            logger.warning("not noted in the evidence log", metadata: ["error": "\(error)"])
        }
    }

    /// Notes that calls are shown with their numbers and names, if the configuration asks for it.
    /// - Parameter task: the call; `nil` for all that match a filter.
    /// - Throws: as ``accept(_:)``.
    func noteView(of task: TaskID?, _ organizations: [OrganizationName], by actor: Actor) async throws {
        guard settings.audit.includesMetadata else { return }
        var values: [LogKeyword: LogValue] = [.how: .text("api")]
        values[.taskID] = task.map { .text($0.description) }
        let now = now
        try await accept(
            organizations.map { LogEntry(.callViewed, time: now, actor: actor, organization: $0, values) }
        )
    }
}
