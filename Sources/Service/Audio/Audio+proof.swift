import Wiring
import Archiver
import Evidence
import Files
import HTTPTypes
import Logging
import Manifest
import Payloads
import Recordings
import Settings

extension Audio {
    /// The proof that a recording is in the evidence log: a `.tlog-proof`, or JSON that has the entry too.
    func proof(_ inquiry: Inquiry) async throws -> Answer {
        let view = try ArchiveView(installation, inquiry)
        let (row, held) = try await recording(inquiry, view)
        let isJSON = try AcceptHeader.choice(
            of: [("text/plain", false), ("application/json", true)],
            by: inquiry.headers[.accept],
            noun: "a proof"
        )
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
                ProofLine(
                    row.organization,
                    leaf: proof.proof.index,
                    size: proof.position.size,
                    origin: proof.position.origin,
                    vkey: proof.vkey,
                    entry: proof.entry,
                    proof: file
                )
            )
        }
    }
}
