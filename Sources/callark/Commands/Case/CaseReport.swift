import Cases
import Recordings

/// What a case export reports at its end.
struct CaseReport {
    private let outcome: CaseOutcome
    private let name: String
    private let zip: String?

    init(_ outcome: CaseOutcome, name: String, zip: String?) {
        self.outcome = outcome
        self.name = name
        self.zip = zip
    }

    func write(to output: Output) throws {
        for text in outcome.damage { Complaint.error(text) }
        for text in outcome.remarks { Complaint.warning(text) }
        for key in outcome.keys {
            try output.json(KeyLine(organization: key.organization, fingerprint: key.fingerprint, vkey: key.vkey))
        }
        try output.json(Summary(outcome, name: name, zip: zip))
        var parts = [
            Readable.count(outcome.calls, "call"), Readable.count(outcome.recordings, "recording"),
            Readable.bytes(outcome.byteCount),
        ]
        if outcome.missing > 0 { parts.append("\(outcome.missing) missing") }
        if outcome.explained > 0 { parts.append("\(outcome.explained) explained") }
        if !outcome.damage.isEmpty { parts.append("\(outcome.damage.count) damaged and not exported") }
        output.text(
            "case \(name): \(parts.joined(separator: ", ")) in \(outcome.path)\(zip.map { " and \($0)" } ?? "")"
        )
        for key in outcome.keys { output.text("verifier key of \(key.organization), to send another way: \(key.vkey)") }
        output.text("check it: cd \(outcome.path) && python3 verify.py case . --key KEY")
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
        /// The SHA-256 by which the evidence log knows this export.
        let manifest: ContentDigest
        let complete: Bool

        init(_ outcome: CaseOutcome, name: String, zip: String?) {
            self.name = name
            self.zip = zip
            path = outcome.path
            calls = outcome.calls
            recordings = outcome.recordings
            bytes = outcome.byteCount
            missing = outcome.missing
            explained = outcome.explained
            damaged = outcome.damage.count
            manifest = outcome.manifest
            complete = outcome.missing == 0 && outcome.damage.isEmpty
        }

        enum CodingKeys: String, CodingKey {
            case type, path, zip, calls, recordings, bytes, missing, explained, damaged, manifest, complete
            case name = "case"
        }
    }
}
