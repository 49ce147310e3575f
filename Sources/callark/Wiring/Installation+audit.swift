import Archiver
import Evidence
import Files
import Recordings
import Settings
import Wiring

/// What is noted of people who look at what is held.
extension Installation {
    /// Refuses to give audio out without a reason, if the configuration demands one.
    /// - Throws: ``CommandError`` with exit code 64.
    func requireReason(_ reason: String?) throws {
        guard settings.audit.requiresReason, reason?.contains(where: { !$0.isWhitespace }) != true else { return }
        throw CommandError(.usage, "audit.require_reason is true: say why, with --reason \"…\"")
    }

    /// Notes, before the first line is printed, that calls are shown with their numbers and names; if the configuration asks for
    /// it.
    /// - Parameters:
    ///   - how: the command.
    ///   - calls: each with its organization; `nil` as the ID for all of the organization that match a filter.
    /// - Throws: ``CommandError`` with exit code 77 if it cannot be noted.
    func noteView(_ how: String, of calls: [(task: TaskID?, organization: OrganizationName)]) async throws {
        guard settings.audit.includesMetadata, !calls.isEmpty else { return }
        let (now, actor) = (now, actor)
        let entries = calls.map { call in
            var values: [LogKeyword: LogValue] = [.how: .text(how)]
            values[.taskID] = call.task.map { .text($0.description) }
            return LogEntry(.callViewed, time: now, actor: actor, organization: call.organization, values)
        }
        try await note(entries, "no call is shown, because it cannot be noted who has seen it")
    }

    /// Notes, before its first line is printed, that what the log says of people is exported, and has the log say so in a
    /// checkpoint.
    /// - Throws: ``CommandError`` with exit code 77 if it cannot be noted.
    func noteExport(of rows: Int, _ organization: OrganizationName, reason: String?) async throws {
        var values: [LogKeyword: LogValue] = [.count: .number(Int64(rows))]
        values[.reason] = reason.map { .text($0) }
        let entry = LogEntry(.auditExported, time: now, actor: actor, organization: organization, values)
        try await note([entry], "nothing is exported, because it cannot be noted who had it", publishing: true)
    }

    /// - Parameter refusal: what does not happen if it fails.
    private func note(_ entries: [LogEntry], _ refusal: String, publishing: Bool = false) async throws {
        let evidence = evidence
        do {
            try await BlockingWork.run { _ throws(EvidenceError) in
                try evidence.append(entries)
                if publishing { try evidence.fold() } else { try evidence.foldIfDue() }
            }
        } catch {
            guard settings.audit.isRequired else {
                return Complaint.warning("not noted in the evidence log: \(error)")
            }
            throw CommandError(
                .authorization,
                "\(refusal): \(error); use an account that may write to the evidence log"
            )
        }
        evidence.takeBegun().forEach(Complaint.notice)
    }
}
