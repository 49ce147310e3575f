import Archiver
import Evidence
import Recordings
import Settings
import Wiring

/// Reasons that people have to give, and entries about what they look at.
extension Installation {
    /// Refuses to give audio out without a reason, if the configuration demands one.
    /// - Throws: ``CommandError`` with exit code 64.
    func requireReason(_ reason: String?) throws {
        guard settings.audit.requiresReason, reason?.contains(where: { !$0.isWhitespace }) != true else { return }
        throw CommandError(.usage, "audit.require_reason is true: say why, with --reason \"…\"")
    }

    /// Notes, before the first line is printed, that calls are shown; if the configuration asks for it.
    /// - Parameter calls: each with its organization; `nil` as the ID for all calls of the organization that match a filter.
    /// - Throws: ``CommandError`` with exit code 77 if it cannot be noted; as `EvidenceLogs.requireOwnAccount()`.
    func noteView(_ how: String, of calls: [(task: TaskID?, organization: OrganizationName)]) async throws {
        let entries = views(how, of: calls, by: actor)
        guard !entries.isEmpty else { return }
        try await note(entries, orElse: "no call is shown, because the view cannot be recorded")
    }

    /// Notes, before its first line is printed, that the audit of an organization is exported.
    /// - Throws: ``CommandError`` with exit code 77 if it cannot be noted.
    func noteExport(of rows: Int, _ organization: OrganizationName, reason: String?) async throws {
        let entry = auditExport(of: rows, organization, reason: reason, by: actor)
        let refusal = "nothing is exported, because the export cannot be recorded"
        try await note([entry], publishing: true, orElse: refusal)
    }

    private func note(_ entries: [LogEntry], publishing: Bool = false, orElse refusal: String) async throws {
        // Otherwise, that this cannot be noted is a warning, and nothing is written.
        if settings.audit.isRequired { try evidence.requireOwnAccount() }
        do {
            if let failure = try await note(entries, publishing: publishing) {
                Diagnostics.warning("not noted in the evidence log: \(failure)")
            }
        } catch {
            throw CommandError(
                .authorization,
                "\(refusal): \(error); run `callark log verify`, or use an account that may write to the evidence log"
            )
        }
        await closeLog()
    }

    /// Publishes what the evidence logs have accepted, if it has waited long enough, and reports logs that were begun.
    func closeLog() async {
        do {
            try await evidence.publish(ifDue: true)
        } catch {
            Diagnostics.warning("could not publish the evidence log: \(error)")
        }
        evidence.takeNewLogs().forEach(Diagnostics.notice)
    }
}
