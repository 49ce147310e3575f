import Foundation
import HTTPTypes
import Recordings

/// An authorized request, as its route receives it.
struct Inquiry: Sendable {
    let method: HTTPRequest.Method
    let headers: HTTPFields
    /// The decoded path segments, by the names in the route's pattern.
    let values: [String: String]
    let query: QueryItems
    /// The caller; `nil` only on open routes.
    let caller: Caller?
    /// The network address that the request came from.
    let address: String
    /// Reads the whole body.
    let body: @Sendable () async throws -> [UInt8]

    /// The caller.
    /// - Throws: a ``Problem`` on an open route, which has none.
    var knownCaller: Caller {
        get throws(Problem) {
            guard let caller else { throw .bug }
            return caller
        }
    }

    /// A segment of the path, by its name in the route's pattern.
    func value(_ name: String) throws(Problem) -> String {
        guard let value = values[name] else { throw .bug }
        return value
    }

    /// Reads the body, which must be one JSON object.
    /// - Parameter members: the members that it may have; any other is refused.
    /// - Throws: a ``Problem`` with status 400, 413 or 415.
    func json<Value: Decodable>(_ type: Value.Type, members: Set<String>) async throws -> Value {
        let mediaType = headers[.contentType]?.split(separator: ";").first.map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        guard mediaType?.lowercased() == JSONBody.mediaType else {
            throw Problem(.unsupportedMediaType, "unsupported_media_type", "send the body as \(JSONBody.mediaType)")
        }
        let data = Data(try await body())
        guard case .object(let found)? = try? JSONReader.value(of: data, maxValues: 10_000) else {
            throw Problem(.badRequest, "bad_body", "the body must be a JSON object")
        }
        for member in found where !members.contains(member.name) {
            let known = members.sorted().joined(separator: ", ")
            throw Problem(.badRequest, "bad_body", "there is no member \"\(member.name)\" here; known: \(known)")
        }
        if let empty = found.first(where: { $0.value == .null }) {
            throw Problem(.badRequest, "bad_body", "\(empty.name) is null: leave it out, or give a value")
        }
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch let error as DecodingError {
            throw Problem(.badRequest, "bad_body", "the body is not valid: \(error.inWords)")
        }
    }
}

extension DecodingError {
    /// Names the member that is missing or has the wrong type, without its value.
    fileprivate var inWords: String {
        switch self {
        case .keyNotFound(let key, _): "\(key.stringValue) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            context.codingPath.last.map { "\($0.stringValue) has another type" } ?? "it has another type"
        @unknown default: "it cannot be read"
        }
    }
}
