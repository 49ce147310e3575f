import HTTPTypes

/// What a request gets of a file, by its conditions and its `Range`.
enum FilePart: Sendable, Hashable {
    /// Nothing: the client has it already.
    case unchanged
    case whole
    /// These bytes, at least one.
    case part(Range<Int64>)

    /// - Parameters:
    ///   - size: of the file, in bytes.
    ///   - noun: what the file is, in a problem.
    /// - Throws: a ``Problem`` with status 412 or 416.
    init(_ inquiry: Inquiry, _ tag: EntityTag, size: Int64, noun: String) throws(Problem) {
        self = .whole
        guard tag.isWanted(by: inquiry.headers[.ifMatch]) else {
            throw Problem(
                .preconditionFailed,
                "precondition_failed",
                "the \(noun) is another one than If-Match names",
                headers: [.eTag: tag.text]
            )
        }
        if tag.isNamed(in: inquiry.headers[.ifNoneMatch]) {
            self = .unchanged
            return
        }
        // Only an answer to GET has parts.
        guard inquiry.method != .head else { return }
        guard tag.permitsPart(by: inquiry.headers[.ifRange]) else { return }
        switch ByteRange(inquiry.headers[.range], size: size) {
        case .whole: break
        case .part(let bytes): self = .part(bytes)
        case .unsatisfiable:
            throw Problem(
                .rangeNotSatisfiable,
                "range_not_satisfiable",
                "the \(noun) has \(size) bytes",
                headers: [.contentRange: "bytes */\(size)"]
            )
        }
    }
}

extension ByteRange {
    /// The header `Content-Range` of a part.
    static func contentRange(_ part: Range<Int64>, size: Int64) -> String {
        "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(size)"
    }
}
