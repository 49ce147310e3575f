import Files
import ObjectStore
import Recordings

/// A file besides the archives that leaves the machine.
struct RecordFile: Sendable {
    /// Where its bytes are.
    enum Content: Sendable {
        case file
        /// They were read while nobody could change them.
        case bytes([UInt8])
    }

    var key: ObjectKey
    var path: String
    var content: Content
    var byteCount: Int64
    /// In seconds.
    var modified: Int64
    var organization: OrganizationName?
    /// The day that it belongs to, by which it is locked; `nil` for today.
    var day: ArchiveDay?
    /// Whether it never changes, and is locked.
    var isFinal: Bool
}

/// The files of an evidence log, as of one moment.
///
/// Full tiles, full bundles, objects, anchors, the key for checking and everything of earlier epochs never change. The
/// checkpoint, the tail and the partial tiles do.
struct LogFilesToKeep: Sendable {
    var lasting: [RecordFile] = []
    /// What the checkpoint needs besides.
    var partialTiles: [RecordFile] = []
    /// The checkpoint, then the tail: in this order, because a tail alone proves nothing.
    var heads: [RecordFile] = []

    /// Reads what changes, and finds the rest. No one may write to the log meanwhile. Blocks.
    /// - Parameter path: the folder of the log.
    init(of organization: OrganizationName, at path: String) throws(ArchiveError) {
        try walk(path, below: "", organization)
        heads.sort { $0.key < $1.key }
    }

    private mutating func walk(
        _ folder: String,
        below prefix: String,
        _ organization: OrganizationName
    ) throws(ArchiveError) {
        for name in try FileSystem.names(in: folder) where !Self.isLeftOut(name, in: prefix) {
            let (path, relative) = ("\(folder)/\(name)", prefix + name)
            guard let status = try FileSystem.status(of: path) else { continue }
            if status.isFolder {
                try walk(path, below: relative + "/", organization)
                continue
            }
            guard status.isRegular, let key = ObjectKey("\(VaultLayout.logs)\(organization)/\(relative)") else {
                continue
            }
            var file = RecordFile(
                key: key,
                path: path,
                content: .file,
                byteCount: status.byteCount,
                modified: status.modifiedSecondsSince1970,
                organization: organization,
                day: nil,
                isFinal: true
            )
            let isHead = relative == "checkpoint" || relative == "tail"
            let isPartial = relative.hasPrefix("tile/") && prefix.hasSuffix(".p/")
            guard isHead || isPartial else {
                lasting.append(file)
                continue
            }
            guard let bytes = try FileSystem.read(path, limit: 1 << 30) else { continue }
            (file.content, file.byteCount, file.isFinal) = (.bytes(bytes), Int64(bytes.count), false)
            if isHead { heads.append(file) } else { partialTiles.append(file) }
        }
    }

    /// What a log consists of.
    private static let parts: Set<String> = ["anchors", "checkpoint", "objects", "previous", "tail", "tile", "vkey"]

    private static func isLeftOut(_ name: String, in prefix: String) -> Bool {
        // Whatever else is in its folder stays on the machine: a lock, or a private key that somebody keeps there.
        let isOfLog = prefix.split(separator: "/").allSatisfy { $0 == "previous" }
        if isOfLog, !parts.contains(name) { return true }
        return name.hasSuffix(".lock") || name.hasSuffix(FileReplacement.draftPath(of: ""))
    }
}
