import Archiver
import Evidence
import Files
import Recordings
import Settings

/// Entries about people who look at calls, which the evidence logs have before anything is shown.
extension Installation {
    /// Has the evidence logs accept entries.
    /// - Parameter publishing: whether a checkpoint has them too, when this returns.
    /// - Returns: why they were not accepted, if the configuration allows that (`audit.required`); `nil` if they were.
    /// - Throws: `EvidenceError` if they were not, and have to be.
    package func note(_ entries: [LogEntry], publishing: Bool = false) async throws(EvidenceError) -> EvidenceError? {
        let logs = evidence
        do throws(EvidenceError) {
            try await BlockingWork.run { _ throws(EvidenceError) in
                try logs.append(entries)
                if publishing { try logs.fold() }
            }
            return nil
        } catch {
            guard !settings.audit.isRequired else { throw error }
            return error
        }
    }

    /// The entries that say that calls are shown with their numbers and names; none unless the configuration asks for them.
    /// - Parameters:
    ///   - how: the command, or `api`.
    ///   - calls: each with its organization; `nil` as the ID for all calls of the organization that match a filter.
    ///   - actor: evaluated only if there are entries: looking up an account takes longer than looking up a call.
    package func views(
        _ how: String,
        of calls: [(task: TaskID?, organization: OrganizationName)],
        by actor: @autoclosure () -> Actor
    ) -> [LogEntry] {
        guard settings.audit.includesMetadata else { return [] }
        let (viewer, time) = (actor(), now)
        return calls.map { call in
            var values: [LogKeyword: LogValue] = [.how: .text(how)]
            values[.taskID] = call.task.map { .text($0.description) }
            return LogEntry(.callViewed, time: time, actor: viewer, organization: call.organization, values)
        }
    }

    /// The entry that says that rows of an organization's audit are given out.
    package func auditExport(
        of rows: Int,
        _ organization: OrganizationName,
        reason: String? = nil,
        by actor: Actor
    ) -> LogEntry {
        var values: [LogKeyword: LogValue] = [.count: .number(Int64(rows))]
        values[.reason] = reason.map { .text($0) }
        return LogEntry(.auditExported, time: now, actor: actor, organization: organization, values)
    }
}
