import Archiver
import Evidence
import Files
import Manifest
import Recordings

/// What the evidence log has before and after a case is exported.
extension CaseExport {
    /// Durably notes who is about to get the audio of each call, or what is known about a call without any, such as its
    /// legacy session. Publishes that in a checkpoint.
    func noteAccess(_ request: CaseRequest, _ draft: inout CaseDraft) async throws {
        let heard = request.calls.filter { $0.recordings.contains { $0.held != nil } }
        let events = heard.map { call in
            Event(
                time: now,
                kind: .audioAccessed,
                organization: call.organization,
                task: call.taskID,
                detail: ["how": "export", "reason": request.reason, "case": request.name],
                by: actor
            )
        }
        let views = request.calls.filter { call in !call.recordings.contains { $0.held != nil } }.map { call in
            LogEntry(
                .callViewed,
                time: now,
                actor: actor,
                organization: call.organization,
                [
                    .how: .text("export"), .taskID: .text(call.taskID.description), .reason: .text(request.reason),
                    .caseName: .text(request.name),
                ]
            )
        }
        let evidence = evidence
        do {
            try await manifest.appendEvents(events, areRecorded: true)
            try await BlockingWork.run { _ throws(EvidenceError) in _ = try evidence.append(views) }
            try await evidence.publish()
        } catch {
            try refuse(error, &draft)
        }
    }

    func note(
        _ type: LogEntryType,
        _ request: CaseRequest,
        _ draft: inout CaseDraft,
        _ values: (OrganizationName) -> [LogKeyword: LogValue]
    ) async throws {
        let common: [LogKeyword: LogValue] = [.caseName: .text(request.name), .reason: .text(request.reason)]
        let entries = request.organizations.map { organization in
            let all = common.merging(values(organization)) { $1 }
            return LogEntry(type, time: now, actor: actor, organization: organization, all)
        }
        let evidence = evidence
        do {
            try await BlockingWork.run { _ throws(EvidenceError) in
                try evidence.append(entries)
                try evidence.fold()
            }
        } catch {
            try refuse(error, &draft)
        }
    }

    private func refuse(_ error: any Error, _ draft: inout CaseDraft) throws {
        guard !isNotingRequired else {
            throw CaseError(
                .notNoted,
                "nothing is exported, because the export cannot be recorded: \(error); run `callark log verify`, or export "
                    + "with an account that may write to the evidence log"
            )
        }
        draft.remarks.append("not noted in the evidence log: \(error)")
    }

    /// What the case says about a recording that could not be copied, because its archive does not have its bytes. Damage is
    /// recorded, as `callark fetch` does.
    /// - Throws: `failure`, if it is another one.
    func damage(_ failure: any Error, of recording: RecordingRow, _ draft: inout CaseDraft) async throws -> String {
        let read = FailedRead(failure, of: recording, in: root)
        guard read.isLoss else { throw failure }
        if case .damaged(let damaged) = read {
            do {
                try await manifest.noteRead(damaged, by: actor, now: now)
            } catch {
                draft.remarks.append(
                    "could not record the damage of \(recording.file): \(error); run `callark verify --day \(recording.day)`"
                )
            }
        }
        guard let error = failure as? ArchiveError else { return "\(failure)" }
        return "task \(recording.key.taskID): \(recording.file) is damaged: \(error.message)"
    }
}
