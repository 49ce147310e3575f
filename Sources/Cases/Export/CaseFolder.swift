import DailyArchive
import Evidence
import Files
import Foundation
import Glibc
import Recordings

/// The folder of a case while it is written: a BagIt bag (RFC 8493) under another name, until it is whole.
///
/// Every call blocks: never make one on the cooperative pool.
struct CaseFolder: Sendable {
    /// Where the case will be.
    let path: String
    private var payload: [String: ContentDigest] = [:]
    private var tags: [String: ContentDigest] = [:]
    private var payloadBytes: Int64 = 0

    /// Makes the folder for the draft. Drafts of processes that no longer exist are removed.
    /// - Throws: ``CaseError`` with code `occupied` if something other than an empty folder is at `path`.
    init(path: String) throws {
        self.path = URL(filePath: path).standardizedFileURL.path
        guard self.path != "/", try FileSystem.status(of: self.path) == nil || Self.isEmptyFolder(self.path) else {
            throw CaseError(.occupied, "\(path) exists and is not an empty folder; name another one with -o")
        }
        for draft in ProcessDraft.abandoned(of: self.path) { try? FileManager.default.removeItem(atPath: draft) }
        discard()
        try FileSystem.createFolder(draft)
    }

    /// The folder's name until the case is whole.
    private var draft: String { ProcessDraft.path(of: path) }

    private static func isEmptyFolder(_ path: String) throws -> Bool {
        guard try FileSystem.status(of: path)?.isFolder == true else { return false }
        return try FileSystem.names(in: path).isEmpty
    }

    /// Where a file of the case is meanwhile. Its folder is made.
    func place(_ name: String) throws -> String {
        let file = "\(draft)/\(name)"
        try FileSystem.createFolder(FileSystem.folder(of: file))
        return file
    }

    /// Writes a file.
    /// - Parameter name: below the folder: `data/…` is payload, and anything else a tag file.
    mutating func write(_ bytes: [UInt8], to name: String) throws {
        try put(bytes, at: place(name))
        add(name, try FileDigest.digest(of: bytes), byteCount: Int64(bytes.count))
    }

    /// Writes a file of the draft. It needs no flush yet: only this process knows the draft.
    private func put(_ bytes: [UInt8], at path: String) throws {
        try OpenFile(path, O_WRONLY | O_CREAT | O_TRUNC).write(bytes, at: 0)
    }

    mutating func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

    /// Adds the checksum of a file that something else has written.
    mutating func add(_ name: String, _ digest: ContentDigest, byteCount: Int64) {
        guard name.hasPrefix(PayloadPath.folder) else {
            tags[name] = digest
            return
        }
        payload[name] = digest
        payloadBytes += byteCount
    }

    /// The checksums of what was written below `data/`, in the order of the names.
    var payloadDigests: [(name: String, digest: ContentDigest)] {
        payload.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// Writes the bag's own files, and makes everything durable.
    /// - Parameter information: the members of `bag-info.txt`, in addition to those that follow from the content.
    /// - Returns: the SHA-256 of the last one, which covers everything.
    mutating func close(_ information: [(label: String, value: String)]) throws -> ContentDigest {
        try write(BagLayout.declarationText, to: "bagit.txt")
        let members = information + [("Payload-Oxum", "\(payloadBytes).\(payload.count)")]
        try write(members.map { "\($0.label): \($0.value)\n" }.joined(), to: "bag-info.txt")
        try write(Self.checksums(payload), to: "manifest-sha256.txt")
        let tagManifest = Array(Self.checksums(tags).utf8)
        try put(tagManifest, at: place("tagmanifest-sha256.txt"))
        try OpenFile(draft, O_RDONLY | O_DIRECTORY).synchronizeFileSystem()
        return try FileDigest.digest(of: tagManifest)
    }

    /// Puts the whole folder in its place, durably.
    func finish() throws {
        guard rename(draft, path) == 0 else {
            throw CaseError(.inputOutput, "cannot move \(draft) to \(path): \(String(cString: strerror(errno)))")
        }
        try FileSystem.synchronizeFolder(FileSystem.folder(of: path))
    }

    /// Removes what was written.
    func discard() { try? FileManager.default.removeItem(atPath: draft) }

    private static func checksums(_ files: [String: ContentDigest]) -> String {
        files.sorted { $0.key < $1.key }.map { ChecksumLine.text($0.value, $0.key) }.joined()
    }
}
