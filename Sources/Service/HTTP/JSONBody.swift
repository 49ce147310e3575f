import Payloads
import Recordings

/// The JSON of answers, written as the command line writes it.
enum JSONBody {
    static let mediaType = "application/json"

    /// - Throws: errors of encoding the value.
    static func bytes(_ value: some Encodable) throws -> [UInt8] {
        try JSONLine.bytes(value) + [UInt8(ascii: "\n")]
    }
}

/// One of several kinds of values, as an element of a list.
struct AnyLine: Encodable {
    private let encode: (any Encoder) throws -> Void

    init(_ line: some Encodable) {
        encode = line.encode(to:)
    }

    func encode(to encoder: any Encoder) throws { try encode(encoder) }
}
