import Archiver
import DailyArchive
import Files
import Foundation
import HTTPTypes
import Logging
import Manifest
import Recordings
import Settings
import Waiting
import Wiring

/// Serves the archived bytes of recordings, from sealed archives and the spool.
struct AudioRoutes: Sendable {
    let installation: Installation
    let ledger = AccessLedger()
    let soundness = Soundness()
    let waveforms = WaveformCache()
    /// The number of free slots for sending audio. A request waits until one is free.
    let turns: WaitingLine<Int, Void>

    /// A recording of up to this size is checked before its first byte is sent.
    static let smallBytes: Int64 = 4 << 20
    private static let longestReason = 1000

    init(installation: Installation, streams: Int) {
        self.installation = installation
        turns = WaitingLine(streams) { left in
            guard left > 0 else { return nil }
            left -= 1
            return ()
        }
    }

    var routes: [Route] {
        [
            Route(.get, "/api/v1/calls/{organization}/{task_id}/{file}", .permission(.listen)) { try await audio($0) },
            Route(.get, "/api/v1/calls/{organization}/{task_id}/{file}/waveform", .permission(.listen)) {
                try await waveform($0)
            },
            Route(.get, "/api/v1/calls/{organization}/{task_id}/{file}/proof", .permission(.examine)) {
                try await proof($0)
            },
            Route(.post, "/api/v1/calls/{organization}/{task_id}/access", .permission(.listen)) {
                try await announce($0)
            },
        ]
    }

    // MARK: - Why

    private struct Announcement: Decodable {
        var reason: String?
        var matter: String?

        enum CodingKeys: String, CodingKey {
            case reason
            case matter = "case"
        }
    }

    private struct Announced: Encodable {
        let type = "access"
        var reason: String?
        var matter: String?
        var until: String

        enum CodingKeys: String, CodingKey {
            case type, reason, until
            case matter = "case"
        }
    }

    private func announce(_ inquiry: Inquiry) async throws -> Answer {
        let view = try ArchiveView(installation, inquiry)
        let task = try await view.task(inquiry, view.manifest)
        let said = try await inquiry.json(Announcement.self, members: ["reason", "case"])
        guard let reason = try Self.checked(said.reason, "reason") else {
            throw Problem(.badRequest, "bad_body", "reason is missing: say why, in your own words")
        }
        let purpose = AccessLedger.Purpose(reason: reason, matter: try Self.checked(said.matter, "case"))
        let now = installation.now
        ledger.announce(purpose, by: view.caller.actor, task.organization, task.id, now: now)
        let until = now + AccessLedger.patience
        return try Answer.json(Announced(reason: reason, matter: purpose.matter, until: until.description))
    }

    /// Trims a text and checks its length and characters.
    /// - Returns: `nil` if the text is missing or blank.
    private static func checked(_ text: String?, _ name: String) throws(Problem) -> String? {
        guard let text = text?.trimmingCharacters(in: .whitespacesAndNewlines), !text.isEmpty else { return nil }
        guard text.count <= longestReason,
            !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else {
            throw Problem(.badRequest, "bad_reason", "\(name) has at most \(longestReason) characters, on one line")
        }
        return text
    }

    func purpose(
        _ inquiry: Inquiry,
        _ caller: Caller,
        _ row: RecordingRow,
        _ now: Timestamp
    ) throws(Problem) -> AccessLedger.Purpose {
        let said = ledger.purpose(of: caller.actor, row.organization, row.key.taskID, now: now)
        let reason = try Self.checked(inquiry.headers[.callarkReason], "Callark-Reason")
        let purpose = AccessLedger.Purpose(reason: reason ?? said?.reason, matter: said?.matter)
        guard purpose.reason != nil || !installation.settings.audit.requiresReason else {
            throw Problem(
                .forbidden,
                "reason_required",
                "say why: send the header Callark-Reason, or POST {\"reason\": …} to …/access first"
            )
        }
        return purpose
    }

    // MARK: - Bytes

    private func audio(_ inquiry: Inquiry) async throws -> Answer {
        let view = try ArchiveView(installation, inquiry)
        let (row, held) = try await recording(inquiry, view)
        var headers = Self.headers(row, held)
        let (status, part): (HTTPResponse.Status, Range<Int64>)
        switch try FilePart(inquiry, EntityTag("\(held.digest)"), size: held.byteCount, noun: "recording") {
        case .unchanged: return Answer(.notModified, headers: headers)
        case .whole:
            (status, part) = (.ok, 0..<held.byteCount)
            headers[.reprDigest] = "sha-256=:\(Data(held.digest.bytes).base64EncodedString()):"
        case .part(let bytes):
            (status, part) = (.partialContent, bytes)
            headers[.contentRange] = ByteRange.contentRange(bytes, size: held.byteCount)
        }
        if inquiry.method == .head {
            return Answer(status, headers: headers, body: .stream(length: held.byteCount) { _ in })
        }
        let stream = try await opened(row, held, part, for: inquiry, view.caller)
        let turns = turns
        return Answer(
            status,
            headers: headers,
            body: .stream(length: Int64(part.count)) { writer in
                guard await turns.wait() != nil else { throw CancellationError() }
                defer { turns.change { $0 += 1 } }
                try await stream.send(to: &writer)
            }
        )
    }

    func recording(
        _ inquiry: Inquiry,
        _ view: ArchiveView
    ) async throws -> (RecordingRow, RecordingRow.Held) {
        let manifest = try await view.manifest
        let task = try await view.task(inquiry, manifest)
        let name = try inquiry.value("file")
        let rows = try await manifest.recordings(of: task.id, organization: task.organization)
        guard let row = rows.first(where: { $0.file.description == name }) else {
            throw Problem.notFound("this call has no such recording", code: "unknown_recording")
        }
        guard let held = row.held else {
            throw Problem.notFound("this recording is \(row.state.rawValue), and not held", code: "not_held")
        }
        return (row, held)
    }

    private static func headers(_ row: RecordingRow, _ held: RecordingRow.Held) -> HTTPFields {
        [
            .contentType: MediaType.of(row.file), .eTag: EntityTag("\(held.digest)").text, .acceptRanges: "bytes",
            .contentDisposition: "attachment; filename=\"\(row.file)\"",
            // A browser may cache the recording for its user, and must ask each time whether it may use its copy.
            .cacheControl: "private, no-cache",
        ]
    }
}

extension AudioRoutes {
    /// Opens a recording: checks it first if it is small or known as damaged, and records the access in the evidence log.
    private func opened(
        _ row: RecordingRow,
        _ held: RecordingRow.Held,
        _ part: Range<Int64>,
        for inquiry: Inquiry,
        _ caller: Caller
    ) async throws -> AudioStream {
        let now = installation.now
        let purpose = try purpose(inquiry, caller, row, now)
        var file = try await open(held)
        let actor = caller.actor
        var isSound = soundness.isKnown(row.row, file, now: now)
        if !isSound, held.byteCount <= Self.smallBytes || row.state == .damaged {
            isSound = try await file.isSound()
            await conclude(isSound, row, file, by: actor)
            if !isSound, let other = try await soundCopy(held, besides: file) { (file, isSound) = (other, true) }
            guard isSound else { throw Self.damaged }
        }
        try await ledger.admit(row, for: actor, because: purpose, now: now) {
            try await note(row, purpose, by: actor, now: now)
        }
        return AudioStream(file: file, range: part, isKnownSound: isSound) { [file] isSound in
            await conclude(isSound, row, file, by: actor)
        }
    }

    /// The recording as the vault has it, if the disk's bytes are damaged and these are not.
    private func soundCopy(_ held: RecordingRow.Held, besides file: HeldFile) async throws -> HeldFile? {
        guard file.status != nil, let other = try await HeldFile.openElsewhere(held, in: installation.root),
            try await other.isSound()
        else { return nil }
        return other
    }

    func open(_ held: RecordingRow.Held) async throws -> HeldFile {
        do throws(ArchiveError) {
            return try await HeldFile.open(held, in: installation.root)
        } catch {
            guard error.code == .missing else { throw error }
            throw Problem(.serviceUnavailable, "archive_missing", "the archive of this recording is missing")
        }
    }

    /// The problem of a recording whose bytes are not those that were archived.
    static let damaged = Problem(.serviceUnavailable, "damaged", "this recording is damaged and is not served")

    /// Remembers that a recording is sound, or records that it is damaged.
    func conclude(_ isSound: Bool, _ row: RecordingRow, _ file: HeldFile, by actor: Actor) async {
        if isSound {
            soundness.note(row.row, file, now: installation.now)
        } else {
            await noteDamage(row, by: actor)
        }
    }

    private func note(_ row: RecordingRow, _ purpose: AccessLedger.Purpose, by actor: Actor, now: Timestamp)
        async throws
    {
        let detail = ["how": "play", "reason": purpose.reason, "case": purpose.matter].compactMapValues(\.self)
        let event = Event(
            time: now,
            kind: .audioAccessed,
            organization: row.organization,
            task: row.key.taskID,
            file: row.file,
            detail: detail,
            by: actor
        )
        do {
            try await installation.manifest.forWriting().appendEvent(event, isRecorded: true)
        } catch {
            guard !installation.settings.audit.isRequired else { throw error }
            installation.logger.warning("the access could not be recorded", metadata: ["error": "\(error)"])
        }
    }

    /// Logs and records that the bytes of a recording are not those that were archived.
    private func noteDamage(_ row: RecordingRow, by actor: Actor) async {
        guard let held = row.held else { return }
        let root = installation.root
        let failure = ArchiveError.damaged("its bytes are not what was archived", path: root.path(of: held.location))
        guard case .damaged(let damaged) = FailedRead(failure, of: row, in: root) else { return }
        installation.logger.error(
            "a recording is damaged",
            metadata: ["archive.name": "\(damaged.archive)", "recording.file": "\(row.file)"]
        )
        do {
            try await installation.manifest.forWriting().noteRead(damaged, by: actor, now: installation.now)
        } catch {
            installation.logger.error("the damage could not be recorded", metadata: ["error": "\(error)"])
        }
    }
}
