import Crypto
import Files
import Foundation
import Recordings

/// What a file remembers of an upload in parts, so that another process can resume it: only if everything that it was
/// begun with is the same.
struct UploadRecord: Codable, Hashable, Sendable {
    /// The store's name for it.
    var upload: String
    /// The put's identifier, by which its object is recognized.
    var putID: String
    /// A digest of everything that must be the same to resume.
    var fingerprint: ContentDigest

    private static let limit = 64 << 10

    /// Blocks.
    /// - Returns: `nil` if there is none that can be read.
    static func read(_ path: String) -> UploadRecord? {
        guard let file = try? FileContents(path: path, limit: limit) else { return nil }
        return try? JSONDecoder().decode(UploadRecord.self, from: Data(file.bytes))
    }

    /// Blocks.
    func write(_ path: String) throws(ObjectStoreError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        do {
            let bytes = Array(try encoder.encode(self))
            // After a crash of the machine the upload begins again.
            try FileReplacement(path, mode: 0o600, ignoresUmask: true, flushing: .bytes).write(bytes)
        } catch {
            throw ObjectStoreError(.local, "cannot remember the upload in \(path): \(error)")
        }
    }

    /// The digest of where the object goes, what is in it, and how it is cut into parts.
    static func fingerprint(
        _ location: ObjectStoreLocation,
        _ key: ObjectKey,
        _ body: ObjectBody,
        _ plan: PartPlan,
        _ options: PutOptions
    ) throws(ObjectStoreError) -> ContentDigest {
        let fields = try PutFields.fields(options, id: "")
        let parts =
            [location.description, key.description, body.digest.description, "\(plan.byteCount)", "\(plan.partBytes)"]
            + fields.map { "\($0.name):\($0.value)" }
        return ContentDigest(of: parts.joined(separator: "\n").utf8)
    }
}
