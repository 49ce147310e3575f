import Recordings

extension EvidenceLog {
    /// Durably keeps a list or a text that an entry is going to name. Call it before ``append(_:at:)``.
    /// - Returns: its SHA-256, which is its name.
    package func keep(_ object: [UInt8]) throws(EvidenceError) -> ContentDigest {
        let digest = try FileDigest.digest(of: object)
        let path = folder.objectPath(digest)
        if try LogFiles.exists(path), try FileDigest.digest(ofFileAt: path) == digest { return digest }
        try LogFiles.createFolder(folder.objectsPath)
        try LogFiles.placeDurably(object, at: path, mode: 0o440)
        return digest
    }
}
