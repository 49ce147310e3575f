import Archiver
import Evidence
import HTTPTypes
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
            self = .text
            guard let accept, !accept.allSatisfy(\.isWhitespace) else { return }
            let json = AcceptHeader.quality(of: "application/json", in: accept)
            let text = AcceptHeader.quality(of: "text/plain", in: accept)
            guard max(json, text) > 0 else {
                throw Problem(
                    .notAcceptable,
                    "not_acceptable",
                    "a proof can be had as text/plain and application/json"
                )
            }
            if json > text { self = .json }
        }
    }

    /// A 409: only this machine has the entry so far.
    static var notPublished: Problem {
        Problem(.conflict, "not_published", "the entry is in no checkpoint yet; ask again in a minute")
    }

    private struct Line: Encodable {
        let type = "proof"
        var organization: OrganizationName
        var leaf: Int64
        var size: Int64
        var origin: String
        var vkey: String
        /// The entry of the log, to the byte: what the proof is about.
        var entry: String
        /// The `.tlog-proof`.
        var proof: String
        var statement: String?
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
            Line(
                organization: organization,
                leaf: proof.proof.index,
                size: proof.position.size,
                origin: proof.position.origin,
                vkey: proof.vkey,
                entry: String(decoding: proof.entry, as: UTF8.self),
                proof: String(decoding: file, as: UTF8.self),
                statement: statement
            )
        )
    }
}
