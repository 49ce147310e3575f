import Archiver
import Evidence
import HTTPTypes
import Payloads
import Recordings

/// The proof of an entry of an evidence log as an answer: a `.tlog-proof`, or JSON that has the entry too.
struct ProofAnswer {
    let organization: OrganizationName
    let proof: RecordingProof
    /// What the file is named after.
    let name: String
    /// The text whose SHA-256 the entry has, if it is short: the statement about a day.
    var statement: String?

    /// The form of an answer.
    enum Form: Sendable {
        case text, json

        /// - Throws: a ``Problem`` with status 406 if `Accept` permits neither.
        init(accept: String?) throws(Problem) {
            self = try AcceptHeader.choice(
                of: [("text/plain", .text), ("application/json", .json)],
                by: accept,
                noun: "a proof"
            )
        }
    }

    /// A 409: only this machine has the entry so far.
    static var notPublished: Problem {
        Problem(.conflict, "not_published", "the entry is in no checkpoint yet; ask again in a minute")
    }

    func answer(_ form: Form) throws -> Answer {
        let file = proof.proof.bytes
        guard form == .json else {
            return Answer(
                headers: [
                    .contentType: "text/plain; charset=utf-8",
                    .contentDisposition: "attachment; filename=\"\(name).tlog-proof\"",
                ],
                body: .bytes(file)
            )
        }
        return try Answer.json(
            ProofLine(
                organization,
                leaf: proof.proof.index,
                size: proof.position.size,
                origin: proof.position.origin,
                vkey: proof.vkey,
                entry: proof.entry,
                proof: file,
                statement: statement
            )
        )
    }
}
