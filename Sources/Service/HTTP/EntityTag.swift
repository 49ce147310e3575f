import Foundation
import HTTPTypes

/// The entity tag of what an answer has (RFC 9110, section 8.8.3), always a strong one.
struct EntityTag: Sendable, Hashable {
    /// With its quotation marks, as in a header.
    let text: String

    /// - Parameter content: what is between the quotation marks; it has none itself.
    init(_ content: String) {
        text = "\"\(content)\""
    }

    /// Whether a header `If-None-Match` names it: in a list, as a weak tag, or as any by `*` (section 13.1.2).
    func isNamed(in header: String?) -> Bool {
        guard let header else { return false }
        if header.trimmingCharacters(in: .whitespaces) == "*" { return true }
        return header.matches(of: /"[^"]*"/).contains { $0.output == text }
    }

    /// Whether a header `If-Match` permits an answer: it is missing, `*`, or names this very tag (section 13.1.1). A weak tag never
    /// is.
    func isWanted(by header: String?) -> Bool {
        guard let header, header.trimmingCharacters(in: .whitespaces) != "*" else { return true }
        return header.matches(of: /(W\/)?("[^"]*")/).contains { $0.output.1 == nil && $0.output.2 == text }
    }

    /// Whether a header `If-Range` permits a part: it is missing, or this very tag. A weak tag and a date never are, because no
    /// answer has one.
    func permitsPart(by header: String?) -> Bool {
        header.map { $0.trimmingCharacters(in: .whitespaces) == text } ?? true
    }
}

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
