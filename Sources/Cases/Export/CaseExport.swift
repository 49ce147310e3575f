import Archiver
import DailyArchive
import Evidence
import Files
import Foundation
import Manifest
import Recordings

/// Exports calls with everything that proves what they are, for somebody who has no Callark: docs/evidence.md describes the folder.
///
/// Who gets which call is in the evidence log before the first byte is written, so the export proves its own entries too. That
/// the case was exported is there, with the checksum that covers all of it, before the case has its name.
package struct CaseExport: Sendable {
    let root: ArchiveRoot
    let manifest: Manifest
    let evidence: EvidenceLogs
    let actor: Actor
    /// The time zone of the times that people read.
    let timeZone: TimeZone
    /// The version of Callark.
    let version: String
    /// Whether nothing is exported if that cannot be noted.
    let isNotingRequired: Bool
    let now: Timestamp

    /// Reads nothing yet.
    /// - Parameters:
    ///   - manifest: open for writing.
    ///   - isNotingRequired: whether nothing is exported if it cannot be noted.
    package init(
        root: ArchiveRoot,
        manifest: Manifest,
        evidence: EvidenceLogs,
        actor: Actor,
        timeZone: TimeZone,
        version: String,
        isNotingRequired: Bool,
        now: Timestamp
    ) {
        self.root = root
        self.manifest = manifest
        self.evidence = evidence
        self.actor = actor
        self.timeZone = timeZone
        self.version = version
        self.isNotingRequired = isNotingRequired
        self.now = now
    }

    /// Writes the case.
    /// - Parameters:
    ///   - stop: ends the export between two calls.
    ///   - progress: called after each call with how many are done, and with the bytes that were copied.
    ///   - path: the folder, which is made. If an error is thrown, there is none. What a crash leaves is beside it, under
    ///     another name, and the next export removes it.
    /// - Throws: ``CaseError``; `EvidenceError` with code `damaged` for a log that does not hold; `ManifestError`;
    ///   `ArchiveError` if the folder cannot be written.
    package func export(
        _ request: CaseRequest,
        to path: String,
        stop: StopRequest,
        progress: (_ calls: Int, _ byteCount: Int64) -> Void = { _, _ in }
    ) async throws -> CaseOutcome {
        try request.requireFew()
        let folder = try CaseFolder(path: path)
        do {
            return try await export(CaseDraft(folder: folder, request: request), stop, progress)
        } catch {
            folder.discard()
            throw error
        }
    }

    private func export(
        _ begun: CaseDraft,
        _ stop: StopRequest,
        _ progress: (_ calls: Int, _ byteCount: Int64) -> Void
    ) async throws -> CaseOutcome {
        var draft = begun
        let request = draft.request
        draft.remarks = request.remarks
        try await noteAccess(request, &draft)
        try await copyCalls(&draft, stop, progress)
        let export = self
        draft = try await BlockingWork.run { [draft] _ in
            var draft = draft
            try export.writeEvidence(&draft)
            try export.writePages(&draft)
            return draft
        }
        let manifest = try draft.folder.close(information(draft))
        try await note(.caseExported, request, &draft) { organization in
            let calls = request.calls.count { $0.organization == organization }
            return [.manifest: .digest(manifest), .count: .number(Int64(calls))]
        }
        try draft.folder.finish()
        var outcome = draft.outcome
        outcome.manifest = manifest
        return outcome
    }

    // MARK: - Calls

    private func copyCalls(
        _ draft: inout CaseDraft,
        _ stop: StopRequest,
        _ progress: (_ calls: Int, _ byteCount: Int64) -> Void
    ) async throws {
        let retrieval = Retrieval(root: root, manifest: manifest)
        var byteCount: Int64 = 0
        for (place, row) in draft.request.calls.enumerated() {
            try stop.check()
            var call = CaseCall(row, number: place + 1)
            let lines = await retrieval.intactLines(of: row.recordings)
            for recording in row.recordings.betterFirst {
                guard let held = recording.held else { continue }
                let name = "\(call.folder)/\(recording.file)"
                do {
                    try await retrieval.copy(recording, to: draft.folder.place(name))
                } catch {
                    call.damage.append(try await damage(error, of: recording, &draft))
                    continue
                }
                draft.folder.add(name, held.digest, byteCount: held.byteCount)
                byteCount += held.byteCount
                call.files.append(CaseCall.File(row: recording, held: held, name: name, line: lines[recording.row]))
            }
            try await copyLegacySession(of: call, &draft)
            draft.calls.append(call)
            progress(draft.calls.count, byteCount)
        }
    }

    private func copyLegacySession(of call: CaseCall, _ draft: inout CaseDraft) async throws {
        let task = (call.row.taskID, call.row.organization, call.row.day)
        guard let session = try await Retrieval.legacySessions(of: [task], in: root).first else { return }
        let name = "\(call.folder)/legacy-session.json"
        let file = try draft.folder.place(name)
        try await session.copy(to: file)
        draft.folder.add(
            name,
            try FileDigest.digest(ofFileAt: file),
            byteCount: try FileSystem.size(of: file) ?? 0
        )
    }

    // MARK: - Evidence

    private func writeEvidence(_ draft: inout CaseDraft) throws {
        for organization in draft.request.organizations {
            let calls = draft.calls.indices.filter { draft.calls[$0].row.organization == organization }
            let epochs = try epochs(of: organization, calls.map { draft.calls[$0].row }, &draft)
            draft.hasEpochs = draft.hasEpochs || epochs.count > 1
            for call in calls { try writeEvidence(of: call, epochs, &draft) }
            var place = "evidence/\(organization)"
            var known: LogPosition?
            for epoch in epochs {
                let key = epoch.reader.key
                let named = CaseOutcome.Key(
                    organization: organization,
                    fingerprint: key.fingerprint,
                    vkey: key.description
                )
                if !draft.keys.contains(where: { $0.vkey == named.vkey }) { draft.keys.append(named) }
                let configuration = epoch === epochs.first ? evidence.setup.configurations[organization] : nil
                draft.unproven += try epoch.write(
                    into: &draft.folder,
                    at: place,
                    configuration: configuration,
                    known: known
                )
                known = epoch.previous
                draft.note(epoch, of: organization)
                place += "/previous"
            }
        }
    }

    /// The newest epoch, and those before it back to the first that says anything about the calls. Each is read once, and compared
    /// with its checkpoint.
    private func epochs(
        of organization: OrganizationName,
        _ calls: [CallRow],
        _ draft: inout CaseDraft
    ) throws -> [CaseEvidence] {
        let folder = LogFolder(organization, in: root.logsPath)
        guard folder.exists else {
            draft.unproven.append("\(organization): there is no evidence log, so nothing proves these calls")
            return []
        }
        let log = try LogEpochs(
            of: organization,
            in: folder,
            keyFile: evidence.setup.keyFile,
            since: calls.map(\.day).min()
        )
        draft.unproven += log.faults.map { "\($0); what it had about these calls is not here" }
        draft.remarks += log.losses.map { "\($0); what they said about these calls is not here" }
        if !log.isConfirmed {
            draft.remarks.append(
                "\(organization): the key is the one that the log itself names; compare it with the key file's"
            )
        }
        let subject = CaseSubject(calls)
        var epochs: [CaseEvidence] = []
        for reader in log.readers {
            do throws(EvidenceError) {
                epochs.append(try CaseEvidence(reader, subject))
            } catch {
                guard !epochs.isEmpty, error.code == .damaged else { throw error }
                draft.unproven.append(
                    "\(reader.folder.path): the epoch \(reader.position.origin) does not hold: \(error); what it had about these "
                        + "calls is not here"
                )
                break
            }
        }
        while epochs.count > 1, epochs.last?.isAboutCalls == false { epochs.removeLast() }
        return epochs
    }

    private func writeEvidence(of index: Int, _ epochs: [CaseEvidence], _ draft: inout CaseDraft) throws {
        var call = draft.calls[index]
        for (place, file) in call.files.enumerated() {
            let path = PayloadPath.of(file.row.key.taskID, file.row.file)
            let found = epochs.lazy.compactMap { epoch in
                epoch.entry(of: path, file.held.digest, in: file.held.archive).map { (epoch, $0) }
            }.first
            if let line = file.line { try draft.folder.write(line, to: "\(file.name).record.json") }
            guard let (epoch, stored) = found else {
                draft.unproven.append("\(file.name): the evidence log has no entry of it")
                continue
            }
            if file.line.map({ RecordingEntry.record(ofLine: $0).description }) != stored.record {
                draft.unproven.append("\(file.name): its metadata in the archive is damaged, or not what the log says")
                call.files[place].isRecordProven = false
            }
            call.files[place].entry = CaseCall.Entry(stored.leaf, in: epoch.reader.position)
            call.files[place].loggedTime = (try? LogEntry(stored.bytes))?.time
            try draft.folder.write(stored.bytes, to: "\(file.name).entry.json")
            try draft.folder.write(epoch.reader.proof(of: stored.leaf).bytes, to: "\(file.name).tlog-proof")
        }
        var lines: [UInt8] = []
        for epoch in epochs.reversed() {
            let history = epoch.history(of: call.row.taskID)
            call.history += history.map { CaseCall.Act($0, in: epoch.reader.position) }
            lines += history.flatMap { $0.bytes + [UInt8(ascii: "\n")] }
        }
        try draft.folder.write(lines, to: "\(call.folder)/history.jsonl")
        try draft.folder.write(call.summary, to: "\(call.folder)/call.json")
        if !call.lacks.isEmpty || !call.damage.isEmpty { try draft.folder.write(call.summary, to: call.gapsFile) }
        draft.calls[index] = call
    }
}

extension CaseCall.Act {
    fileprivate init(_ act: CaseEvidence.Act, in position: LogPosition) {
        let entry = act.entry
        self.init(
            place: CaseCall.Entry(act.leaf, in: position),
            time: entry.time,
            actor: entry.actor.name,
            action: entry.type.rawValue,
            reason: entry.text(.reason),
            caseName: entry.text(.caseName)
        )
    }
}
