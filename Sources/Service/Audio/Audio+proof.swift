import Wiring
import Archiver
import Evidence
import Files
import HTTPTypes
import Logging
import Manifest
import Recordings
import Settings

extension Audio {
    private struct Proven: Encodable, Sendable {
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
    }

    /// The proof that a recording is in the evidence log: a `.tlog-proof`, or JSON that has the entry too.
    func proof(_ inquiry: Inquiry) async throws -> Answer {
        let view = try ArchiveView(installation, inquiry)
        let (row, held) = try await recording(inquiry, view)
        let isJSON = try Self.wantsJSON(inquiry.headers[.accept])
        let folder = LogFolder(row.organization, in: installation.root.logsPath)
        let keyFile = installation.evidence.setup.keyFile
        let path = PayloadPath.of(row.key.taskID, row.file)
        let leaf = try await view.manifest.leaf(of: row.key.taskID, path: path, organization: row.organization)
        let wanted = LogProofs.Wanted(path: path, digest: held.digest)
        let found = try await BlockingWork.run { _ throws(any Error) in
            guard folder.exists else { return (finding: RecordingProof.Finding.unknown, faults: [String]()) }
            let epochs = try LogEpochs(of: row.organization, in: folder, keyFile: keyFile)
            return try RecordingProof.find(wanted, at: leaf, in: epochs)
        }
        for fault in found.faults {
            installation.logger.warning(
                "an epoch of the evidence log does not hold, or has lost entries",
                metadata: ["fault": "\(fault)"]
            )
        }
        switch found.finding {
        case .unknown:
            throw Problem.notFound("the evidence log has no entry of this recording", code: "not_logged")
        case .accepted:
            throw Problem(
                .conflict,
                "not_published",
                "the entry of this recording is in no checkpoint yet; ask again in a minute"
            )
        case .proven(let proof):
            let file = proof.proof.bytes
            guard isJSON else {
                return Answer(
                    headers: [
                        .contentType: "text/plain; charset=utf-8",
                        .contentDisposition: "attachment; filename=\"\(row.file).tlog-proof\"",
                    ],
                    body: .bytes(file)
                )
            }
            return try Answer.json(
                Proven(
                    organization: row.organization,
                    leaf: proof.proof.index,
                    size: proof.position.size,
                    origin: proof.position.origin,
                    vkey: proof.vkey,
                    entry: String(decoding: proof.entry, as: UTF8.self),
                    proof: String(decoding: file, as: UTF8.self)
                )
            )
        }
    }

    private static func wantsJSON(_ accept: String?) throws(Problem) -> Bool {
        guard let accept, !accept.allSatisfy(\.isWhitespace) else { return false }
        let json = AcceptHeader.quality(of: "application/json", in: accept)
        let text = AcceptHeader.quality(of: "text/plain", in: accept)
        guard max(json, text) > 0 else {
            throw Problem(.notAcceptable, "not_acceptable", "a proof can be had as text/plain and application/json")
        }
        return json > text
    }
}
