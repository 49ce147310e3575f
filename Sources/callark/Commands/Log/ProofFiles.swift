import Archiver
import Evidence
import Foundation
import Recordings

/// A folder for proofs, each in two files: the entry, and a `.tlog-proof` next to it. They are named after the organization, the
/// epoch of its log and the entry's number there, so that all of an installation's proofs can be in one folder.
struct ProofFiles {
    let folder: String

    /// Writes both files, and replaces those of the same entry.
    /// - Returns: their paths.
    /// - Throws: ``CommandError`` with exit code 74 if they cannot be written.
    func write(
        _ proof: RecordingProof,
        of organization: OrganizationName
    ) throws -> (proof: String, entry: String) {
        let name = "\(folder)/\(organization)-\(proof.position.epoch ?? 1)-\(proof.proof.index)"
        let paths = (proof: "\(name).tlog-proof", entry: "\(name).entry")
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Data(proof.proof.bytes).write(to: URL(filePath: paths.proof), options: .atomic)
            try Data(proof.entry).write(to: URL(filePath: paths.entry), options: .atomic)
        } catch let error as CocoaError {
            throw CommandError(.inputOutput, "cannot write \(paths.proof): \(error.localizedDescription)")
        }
        return paths
    }
}
