import Wiring
import Archiver
import Evidence
import Files
import HTTPTypes
import Logging
import Manifest
import Recordings
import Settings

extension AudioRoutes {
    /// The proof that a recording is in the evidence log: a `.tlog-proof`, or JSON that has the entry too.
    func proof(_ inquiry: Inquiry) async throws -> Answer {
        let view = try ArchiveView(installation, inquiry)
        let (row, held) = try await recording(inquiry, view)
        let form = try ProofAnswer.Form(accept: inquiry.headers[.accept])
        let folder = LogFolder(row.organization, in: installation.root.logsPath)
        let keyFile = installation.evidence.setup.keyFile
        let path = PayloadPath.of(row.key.taskID, row.file)
        let leaf = try await view.manifest.leaf(of: row.key.taskID, path: path, organization: row.organization)
        let wanted = EntrySearch.Wanted(path: path, digest: held.digest)
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
        case .accepted: throw ProofAnswer.notPublished
        case .proven(let proof):
            return try ProofAnswer(organization: row.organization, proof: proof, name: "\(row.file)").answer(form)
        }
    }
}
