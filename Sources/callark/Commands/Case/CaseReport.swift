import Reports
import Cases
import Recordings

/// What a case export reports at its end.
struct CaseReport {
    private let outcome: CaseOutcome
    private let name: String
    private let zip: String?
    private let isComplete: Bool

    /// - Parameter isComplete: whether all calls that were asked for are known, and everything of them is in the case and proven.
    init(_ outcome: CaseOutcome, name: String, zip: String?, isComplete: Bool) {
        self.isComplete = isComplete
        self.outcome = outcome
        self.name = name
        self.zip = zip
    }

    func write(to output: Output) throws {
        for text in outcome.damage + outcome.unproven { Diagnostics.error(text) }
        for text in outcome.remarks { Diagnostics.warning(text) }
        for key in outcome.keys {
            try output.json(KeyLine(organization: key.organization, fingerprint: key.fingerprint, vkey: key.vkey))
        }
        try output.json(Summary(outcome, name: name, zip: zip, complete: isComplete))
        var parts = [
            Readable.count(outcome.calls, "call"), Readable.count(outcome.recordings, "recording"),
            Readable.bytes(outcome.byteCount),
        ]
        if outcome.missing > 0 { parts.append("\(Readable.count(outcome.missing, "call")) with something missing") }
        if outcome.explained > 0 { parts.append("\(outcome.explained) explained") }
        if !outcome.damage.isEmpty { parts.append("\(outcome.damage.count) damaged and not exported") }
        if !outcome.unproven.isEmpty { parts.append("\(outcome.unproven.count) not proven") }
        output.text(
            "case \(name): \(parts.joined(separator: ", ")) in \(outcome.path)\(zip.map { " and \($0)" } ?? "")"
        )
        for key in outcome.keys { output.text("verifier key of \(key.organization), to send another way: \(key.vkey)") }
        let folder = outcome.path.replacing("'", with: "'\\''")
        output.text("check it: cd '\(folder)' && python3 verify.py case . --key KEY")
    }

    private struct KeyLine: Encodable {
        let type = "key"
        var organization: OrganizationName
        var fingerprint: String
        var vkey: String
    }

    private struct Summary: Encodable {
        let type = "summary"
        let name: String
        let path: String
        let zip: String?
        let calls: Int
        let recordings: Int
        let bytes: Int64
        let missing: Int
        let explained: Int
        let damaged: Int
        let unproven: [String]
        let remarks: [String]
        /// The SHA-256 by which the evidence log knows this export.
        let manifest: ContentDigest?
        let complete: Bool

        init(_ outcome: CaseOutcome, name: String, zip: String?, complete: Bool) {
            self.name = name
            self.zip = zip
            path = outcome.path
            calls = outcome.calls
            recordings = outcome.recordings
            bytes = outcome.byteCount
            missing = outcome.missing
            explained = outcome.explained
            damaged = outcome.damage.count
            unproven = outcome.unproven
            remarks = outcome.remarks
            manifest = outcome.manifest
            self.complete = complete
        }

        enum CodingKeys: String, CodingKey {
            case type, path, zip, calls, recordings, bytes, missing, explained, damaged, unproven, remarks
            case manifest, complete
            case name = "case"
        }
    }
}
