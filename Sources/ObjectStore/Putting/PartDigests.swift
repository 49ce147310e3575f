import Crypto
import Files
import Foundation
import Recordings

/// Hashes the parts of a body one after another, and the whole body with them. So the parts that are sent are known to
/// be the body that was to be put.
actor PartDigests {
    private let body: ObjectBody
    private let plan: PartPlan
    /// Whether MD5 is needed, to recognize parts that the store has already.
    private let needsMD5: Bool
    private var whole = SHA256()
    private var next = 1

    /// The digests of one part.
    struct Part: Sendable {
        var number: Int
        var digest: ContentDigest
        /// In hexadecimal; empty if it was not needed.
        var md5: String
    }

    init(_ body: ObjectBody, _ plan: PartPlan, needsMD5: Bool) {
        self.body = body
        self.plan = plan
        self.needsMD5 = needsMD5
    }

    /// The next part; `nil` after the last.
    /// - Throws: ``ObjectStoreError`` with code `local` if the file cannot be read, or after the last part if the bytes
    ///   were others than announced.
    func following() async throws(ObjectStoreError) -> Part? {
        guard next <= plan.count else {
            guard ContentDigest(whole.finalize()) == body.digest else {
                throw ObjectStoreError(.local, "\(body.name) has other bytes than when its SHA-256 was computed")
            }
            return nil
        }
        let number = next
        next += 1
        let (part, sum) = try await Self.hash(body, plan.range(ofPart: number), number, whole, needsMD5)
        whole = sum
        return part
    }

    private static func hash(
        _ body: ObjectBody,
        _ range: Range<Int64>,
        _ number: Int,
        _ before: SHA256,
        _ needsMD5: Bool
    ) async throws(ObjectStoreError) -> (Part, SHA256) {
        try await BlockingWork.run { progress throws(ObjectStoreError) in
            var (whole, part, md5) = (before, SHA256(), Insecure.MD5())
            let update = { (bytes: UnsafeRawBufferPointer) in
                whole.update(bufferPointer: bytes)
                part.update(bufferPointer: bytes)
                if needsMD5 { md5.update(bufferPointer: bytes) }
            }
            switch body.source {
            case .bytes(let bytes):
                bytes[Int(range.lowerBound)..<Int(range.upperBound)].withUnsafeBytes(update)
            case .file(let path):
                do throws(ArchiveError) {
                    try FileSource(path).forEachPiece(of: range, progress, update)
                } catch {
                    throw ObjectStoreError(error)
                }
            }
            let hexadecimal = needsMD5 ? Hexadecimal.text(md5.finalize()) : ""
            return (Part(number: number, digest: ContentDigest(part.finalize()), md5: hexadecimal), whole)
        }
    }
}

extension ObjectBody {
    /// For messages.
    var name: String {
        switch source {
        case .file(let path): path
        case .bytes: "what is put"
        }
    }
}
