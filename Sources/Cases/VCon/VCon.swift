import Crypto
import Foundation
import Manifest
import Recordings

/// A call as a vCon (draft-ietf-vcon-vcon-core-04), the IETF's interchange format for conversations. It has no
/// signature of its own. The proofs that are attached to it show that the evidence log has its recordings.
struct VCon {
    /// How many bytes of a call's recordings its vCon contains at most. It names the recordings that are left out.
    static let maxBytes: Int64 = 64 << 20

    /// The text that stands for a file's content, and the name of the file below the case's folder.
    struct Placeholder {
        var text: String
        var file: String
    }

    /// The vCon with a placeholder for each content.
    let json: JSONValue
    let placeholders: [Placeholder]

    /// - Parameters:
    ///   - proofs: the line of metadata and the proof of each recording, by the recording's name.
    ///   - gaps: the gaps of the call, each as in the case's own files.
    init(_ call: CaseCall, proofs: [String: (record: JSONValue?, proof: String?)], gaps: [JSONValue], now: Timestamp) {
        var builder = VConBuilder(call)
        var rest = Self.maxBytes
        for file in call.files {
            let fits = file.held.byteCount <= rest
            if fits { rest -= file.held.byteCount }
            builder.add(file, isContained: fits)
            builder.attach(proofs[file.name]?.record, proofs[file.name]?.proof)
        }
        for gap in gaps { builder.attach(gap: gap) }
        placeholders = builder.placeholders
        json = builder.json(uuid: Self.uuid(of: call), now: now)
    }

    /// A version 8 UUID (RFC 9562 section 5.8) out of a SHA-256. The same call with the same recordings has the same
    /// UUID.
    private static func uuid(of call: CaseCall) -> String {
        var hash = SHA256()
        hash.update(data: Data("vcon \(call.row.organization) \(call.row.taskID)\n".utf8))
        for file in call.files { hash.update(data: Data("\(file.held.digest)\n".utf8)) }
        var bytes = Array(hash.finalize().prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = Hexadecimal.text(bytes)
        let parts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { digits.dropFirst($0.lowerBound).prefix($0.count) }
        return parts.joined(separator: "-")
    }
}
