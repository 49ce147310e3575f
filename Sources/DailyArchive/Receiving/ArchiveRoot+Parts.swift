import Crypto
import Files
import Recordings

extension ArchiveRoot {
    /// Where the bytes of a recording that is too large for memory are collected. The name is a hash, because the key's
    /// texts come from the provider.
    package func partPath(for key: RecordingKey, organization: OrganizationName) -> String {
        let fields = [
            organization.description, key.taskID.description, key.recordingID.description, key.kind.rawValue,
            key.isSegment ? "segment" : "whole", key.callType,
            key.startTime.map { String($0.millisecondsSince1970) } ?? "", key.providerFileName,
        ]
        // Each text is preceded by its length, so that no two keys have the same text in total.
        let text = fields.map { "\($0.utf8.count):\($0)" }.joined()
        let hash = Hexadecimal.text(SHA256.hash(data: Array(text.utf8)).prefix(16))
        return "\(partsFolder)/\(hash).part"
    }

    /// The parts of recordings in the spool, each where ``partPath(for:organization:)`` puts it, including those of
    /// which only the side file is left.
    package func parts() throws(ArchiveError) -> Set<String> {
        let paths = try FileSystem.names(in: partsFolder).map { "\(partsFolder)/\($0)" }
        return Set(paths.map { $0.hasSuffix(".json") ? "\($0.dropLast(5)).part" : $0 })
    }

    /// Removes a part and its side file, if they exist.
    package func removePart(_ path: String) throws(ArchiveError) {
        try PartFile.remove(path)
    }
}
