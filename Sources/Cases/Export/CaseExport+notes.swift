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
                "nothing is exported, because the export cannot be recorded: \(error); export with an account that may write "
                    + "to the evidence log"
            )
        }
        draft.remarks.append("not noted in the evidence log: \(error)")
    }

    /// Records that reading a recording just showed that its bytes are not what was archived, as `callark fetch` does.
    func noteDamage(_ recording: RecordingRow, _ draft: inout CaseDraft) async {
        guard let held = recording.held, let damaged = DamagedRecording(read: recording) else { return }
        // If the whole file is missing, every command sees that by itself.
        if held.isSealed, held.copies.isOnDisk,
            (try? root.archives.byteCount(of: held.archive)) == .some(nil)
        {
            return
        }
        do {
            try await manifest.noteRead(damaged, by: actor, now: now)
        } catch {
            draft.remarks.append(
                "could not record the damage of \(recording.file): \(error); run `callark verify --day \(recording.day)`"
            )
        }
    }
}
