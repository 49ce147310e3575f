import Foundation

/// A server's answer: everything that it sent until it closed the connection.
struct Reply: Sendable {
    var status: Int
    /// The headers, by lowercase name. If a name occurs several times, the last one is kept.
    var headers: [String: String]
    var body: [UInt8]
    /// Whether the body has as many bytes as the headers announced.
    var isWhole: Bool { headers["content-length"].map { Int($0) == body.count } ?? true }

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The body as JSON.
    var json: JSON {
        get throws { try JSONDecoder().decode(JSON.self, from: Data(body)) }
    }

    /// The code of a problem; `nil` if the answer is not a problem.
    var problem: String? {
        headers["content-type"] == "application/problem+json" ? try? json["type"]?.text : nil
    }

    /// - Returns: `nil` if `bytes` do not begin with an HTTP head.
    init?(_ bytes: [UInt8]) {
        guard let end = Data(bytes).range(of: Data("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count >= 2, words[0] == "HTTP/1.1", let status = Int(words[1]) else { return nil }
        self.status = status
        headers = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        body = Array(bytes[end.upperBound...])
        if headers["transfer-encoding"] == "chunked" { body = Self.unchunked(body) }
    }

    private static func unchunked(_ bytes: [UInt8]) -> [UInt8] {
        var (rest, body) = (bytes[...], [UInt8]())
        while let end = rest.firstIndex(of: UInt8(ascii: "\r")) {
            let size = Int(String(decoding: rest[rest.startIndex..<end], as: UTF8.self), radix: 16) ?? 0
            let first = end + 2
            guard size > 0, first + size <= rest.endIndex else { break }
            body += rest[first..<(first + size)]
            rest = rest[min(first + size + 2, rest.endIndex)...]
        }
        return body
    }
}

/// A JSON value of any type.
enum JSON: Decodable, Hashable, Sendable {
    case null
    case boolean(Bool)
    case number(Double)
    case text(String)
    case list([JSON])
    case object([String: JSON])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        self =
            if container.decodeNil() {
                .null
            } else if let value = try? container.decode(Bool.self) {
                .boolean(value)
            } else if let value = try? container.decode(Double.self) {
                .number(value)
            } else if let value = try? container.decode(String.self) {
                .text(value)
            } else if let value = try? container.decode([JSON].self) {
                .list(value)
            } else {
                .object(try container.decode([String: JSON].self))
            }
    }

    var text: String? { if case .text(let text) = self { text } else { nil } }
    var number: Double? { if case .number(let number) = self { number } else { nil } }
    var list: [JSON] { if case .list(let list) = self { list } else { [] } }
    var isNull: Bool { self == .null }

    subscript(key: String) -> JSON? { if case .object(let object) = self { object[key] } else { nil } }
}
