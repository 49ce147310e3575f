import Crypto
import Foundation
import Recordings

/// A part that the store has.
struct SentPart: Hashable, Sendable {
    /// From 1.
    var number: Int
    var etag: String
    var digest: ContentDigest

    /// What the store makes of all parts: the SHA-256 of their SHA-256, with their number.
    static func compositeDigest(of parts: [SentPart]) -> String {
        "\(ContentDigest(of: parts.flatMap(\.digest.bytes)).base64)-\(parts.count)"
    }

    /// The request to put them together.
    static func document(_ parts: [SentPart]) -> [UInt8] {
        let elements = parts.map { part in
            let contents = [
                RequestDocument.element("PartNumber", "\(part.number)"),
                RequestDocument.element("ETag", "\"\(part.etag)\""),
                RequestDocument.element("ChecksumSHA256", part.digest.base64),
            ]
            return "<Part>\(contents.joined())</Part>"
        }
        return RequestDocument.document("CompleteMultipartUpload", elements.joined())
    }
}

/// A part that the store says it has, of an upload that is resumed.
struct KeptPart: Hashable, Sendable {
    var byteCount: Int64
    var etag: String
    /// In base64, if the store keeps it.
    var checksum: String?

    /// Whether it is this part: by its SHA-256, or else by its ETag, which is the MD5 if the store does not encrypt.
    func isSame(byteCount: Int64, digest: ContentDigest, md5: String) -> Bool {
        guard self.byteCount == byteCount else { return false }
        return checksum.map { $0 == digest.base64 } ?? (etag.lowercased() == md5)
    }
}
