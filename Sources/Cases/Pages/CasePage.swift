import Archiver
import Evidence
import Foundation
import Manifest
import Mustache
import Pages
import Payloads
import Recordings

/// The pages of a case, to be read and printed: they refer to nothing but files of the case, and have no script.
struct CasePage {
    private let draft: CaseDraft
    private let export: CaseExport

    init(_ draft: CaseDraft, _ export: CaseExport) {
        self.draft = draft
        self.export = export
    }

    /// How many calls have their details on one page. A browser takes minutes to print many more.
    private static let callsPerPage = 500

    /// The calls of one page.
    private struct Part {
        var name: String
        var calls: Range<Int>

        /// As the templates need it.
        var view: [String: Any] { ["page": name, "first": calls.lowerBound + 1, "last": calls.upperBound] }
    }

    /// `index.html` has the details of the first calls, `index-2.html` and so on those of the others.
    private var parts: [Part] {
        stride(from: 0, to: max(1, draft.calls.count), by: Self.callsPerPage).map { first in
            let number = first / Self.callsPerPage + 1
            let last = min(draft.calls.count, first + Self.callsPerPage)
            return Part(name: number == 1 ? "index.html" : "index-\(number).html", calls: first..<last)
        }
    }

    /// Writes the pages.
    /// - Parameter write: called with the name and the text of each.
    func write(_ write: (_ name: String, _ html: String) throws -> Void) throws {
        let further = Array(parts.dropFirst())
        var calls: [[String: Any]] = []
        for part in parts {
            for call in draft.calls[part.calls] { calls.append(view(call).merging(["page": part.name]) { $1 }) }
        }
        let common: [String: Any] = ["name": draft.request.name, "zone": export.timeZone.name]
        let whole: [String: Any] = [
            "reason": draft.request.reason, "time": export.now.named(in: export.timeZone, seconds: true),
            "actor": export.actor.name, "version": export.version, "sentence": sentence,
            "standing": outcome.isComplete && draft.request.remarks.isEmpty ? "good" : "bad",
            "problems": draft.unproven + draft.remarks,
            "claims": claims, "selection": draft.request.selection,
            "keys": draft.keys.map { ["organization": $0.organization.description, "fingerprint": $0.fingerprint] },
            "calls": calls, "details": Array(calls.prefix(Self.callsPerPage)), "further": further.map(\.view),
            "hasFurther": !further.isEmpty, "days": draft.dayStatements.map(view), "anchors": draft.anchors.map(view),
            "hasAnchors": !draft.anchors.isEmpty, "hasEpochs": draft.hasEpochs,
        ]
        try write("index.html", VisibleHTML.template(Self.template).render(common.merging(whole) { $1 }))
        for part in further {
            let details: [String: Any] = ["details": Array(calls[part.calls])]
            let view = common.merging(part.view) { $1 }.merging(details) { $1 }
            try write(part.name, VisibleHTML.template(Self.furtherTemplate).render(view))
        }
    }

    private var outcome: CaseOutcome { draft.outcome }

    /// What is here, in one sentence.
    private var sentence: String {
        let files = draft.calls.flatMap(\.files)
        let transcripts = files.count { $0.row.key.kind == .transcription }
        var parts = ["\(count(draft.calls.count, "call"))", count(files.count - transcripts, "recording")]
        if transcripts > 0 { parts.append(count(transcripts, "transcript")) }
        let outcome = outcome
        if outcome.missing > 0 { parts.append("\(count(outcome.missing, "call")) with something missing") }
        if !outcome.damage.isEmpty { parts.append("\(outcome.damage.count) damaged and not exported") }
        if !outcome.unproven.isEmpty { parts.append("\(outcome.unproven.count) not proven") }
        return parts.joined(separator: "; ") + "."
    }

    /// What the folder proves, with its limits.
    private var claims: [String] {
        let isClosed = draft.dayStatements.contains { $0.closed != nil }
        let closed =
            "When a day was closed, the archive had every recording that the provider was known to have, except the gaps that "
            + "the record of the day names."
        return [
            "Each recording that has an entry number is, to the byte, what the signed log noted at the time in the column In the log "
                + "since; so is its metadata, unless a remark says otherwise. For the time before, there is only the word of the archive.",
            "Each act in the history of a call is in the signed log.",
        ] + (isClosed ? [closed] : []) + anchorClaims + [
            "Not proven: that a call's history is complete (only the whole log shows that), that the provider made and handed "
                + "over every recording, and who is speaking."
        ]
    }

    /// What anchors prove: that of a command, nothing by itself.
    private var anchorClaims: [String] {
        let kinds = Set(draft.anchors.map(\.kind))
        var claims: [String] = []
        if kinds.contains(.timestamp) || kinds.contains(.witness) {
            claims.append(
                "The states of the log listed below with a time stamp or a witness were known outside by the time in each. What is in them "
                    + "cannot have been changed later, even by somebody with the key, unless the time-stamping authority or the witness "
                    + "is not who it seems to be: compare certificates (--ca) and witnesses' keys with copies from elsewhere."
            )
        } else {
            claims.append(
                "No time stamp and no witness fixes a state of the log, so somebody with the key of the log could have made another one."
            )
        }
        if kinds.contains(.command) {
            claims.append(
                "A state that was given to a command is as fixed as what became of it there: its record proves nothing by itself."
            )
        }
        return claims
    }

    private func view(_ call: CaseCall) -> [String: Any] {
        let facts = call.row.call?.facts
        return [
            "number": call.number, "time": call.row.createdTime.text(in: export.timeZone, seconds: true),
            "agents": (facts?.agents ?? []).map(\.shown).joined(separator: ", "), "from": facts?.origin ?? "",
            "to": facts?.destination ?? "", "queue": facts?.queue?.shown ?? "", "direction": facts?.direction ?? "",
            "count": call.files.count, "state": call.row.state.rawValue, "task": call.row.taskID.description,
            "organization": call.row.organization.description, "files": call.files.map(view),
            "hasFiles": !call.files.isEmpty, "lacks": call.lacks, "damage": call.damage,
            "explanations": call.row.gaps.compactMap(\.explanation).map(words),
            "history": call.history.map(view), "hasHistory": !call.history.isEmpty,
        ]
    }

    private func view(_ file: CaseCall.File) -> [String: Any] {
        var remarks = [file.held.suspicion.map { "suspect: \($0)" }].compactMap(\.self)
        if file.entry == nil { remarks.append("not in the log") }
        if file.line == nil {
            remarks.append("its metadata is damaged in the archive")
        } else if !file.isRecordProven {
            remarks.append("its metadata is not what the log noted")
        }
        return [
            "path": file.name, "file": file.row.file.description, "bytes": file.held.byteCount,
            "sha256": file.held.digest.description,
            "received": file.held.receivedTime.text(in: export.timeZone, seconds: true),
            "logged": file.loggedTime?.text(in: export.timeZone, seconds: true) ?? "", "leaf": text(file.entry),
            "remark": remarks.joined(separator: "; "),
        ]
    }

    private func words(_ explanation: GapExplanation) -> String {
        "\(explanation.reason.words), by \(explanation.author), \(explanation.time.text(in: export.timeZone)): \(explanation.note)"
    }

    private func view(_ act: CaseCall.Act) -> [String: Any] {
        [
            "time": act.time.text(in: export.timeZone, seconds: true), "actor": act.actor, "action": act.action,
            "reason": act.reason ?? "", "caseName": act.caseName ?? "", "leaf": text(act.place),
        ]
    }

    private func view(_ day: CaseDraft.DayStatement) -> [String: Any] {
        let statement =
            day.closed.map {
                "closed: \(count(Int($0.recordings), "recording")), \(count(Int($0.gaps), "explained gap"))"
            }
            ?? "not closed: nothing says that this day is complete"
        return [
            "organization": day.organization.description, "day": day.day, "statement": statement,
            "leaf": text(day.place),
            "time": day.time?.text(in: export.timeZone, seconds: true) ?? "",
        ]
    }

    private func view(_ anchor: CaseDraft.AnchorStatement) -> [String: Any] {
        [
            "organization": anchor.organization.description, "name": anchor.name, "kind": anchor.kind?.words ?? "",
            "size": anchor.size, "time": anchor.time.text(in: export.timeZone, seconds: true),
        ]
    }

    /// The number of an entry, after that of its epoch if there is more than one.
    private func text(_ entry: CaseCall.Entry?) -> String {
        guard let entry else { return "" }
        return draft.hasEpochs ? "\(entry.epoch)/\(entry.leaf)" : "\(entry.leaf)"
    }

    private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}

extension AnchorToken.Kind {
    fileprivate var words: String {
        switch self {
        case .timestamp: "time stamp"
        case .witness: "witness"
        case .command: "command"
        }
    }
}
