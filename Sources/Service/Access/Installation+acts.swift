import Archiver
import Evidence
import Logging
import Recordings
import Wiring

/// The entries that the service adds to the evidence logs about its callers.
extension Installation {
    /// Has the evidence logs accept entries, before what they say is done.
    /// - Throws: `EvidenceError` if they do not, unless the configuration allows that (`audit.required`).
    func accept(_ entries: [LogEntry]) async throws {
        guard !entries.isEmpty, let failure = try await note(entries) else { return }
        logger.warning("not noted in the evidence log", metadata: ["error": "\(failure)"])
    }

    /// Notes that calls are shown with their numbers and names, if the configuration asks for it.
    /// - Parameter task: the call; `nil` for all that match a filter.
    /// - Throws: as ``accept(_:)``.
    func noteView(of task: TaskID?, _ organizations: [OrganizationName], by actor: Actor) async throws {
        try await accept(views("api", of: organizations.map { (task, $0) }, by: actor))
    }
}
