import Foundation
import HTTPTypes
import Recordings

/// A request that is let in, as its route gets it.
struct Inquiry: Sendable {
    let method: HTTPRequest.Method
    let headers: HTTPFields
    /// The segments of the path that the route's pattern names, decoded.
    let values: [String: String]
    let query: QueryItems
    /// Who asks; only open routes are asked by nobody.
    let caller: Caller?
    /// The network address that it came from.
    let address: String
    /// Reads the body, whole.
    let body: @Sendable () async throws -> [UInt8]

    /// Who asks.
    /// - Throws: a ``Problem`` on an open route.
    var knownCaller: Caller {
        get throws(Problem) {
            guard let caller else { throw .bug }
            return caller
        }
    }

    /// A segment of the path.
    func value(_ name: String) throws(Problem) -> String {
        guard let value = values[name] else { throw .bug }
        return value
    }

    /// The body, which has to be one JSON object with members of `Value` and no others.
    /// - Throws: a ``Problem`` with status 400 or 415.
    func json<Value: Decodable>(_ type: Value.Type, members: Set<String>) async throws -> Value {
        let mediaType = headers[.contentType]?.split(separator: ";").first.map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        guard mediaType?.lowercased() == JSONBody.mediaType else {
            throw Problem(.unsupportedMediaType, "unsupported_media_type", "send the body as \(JSONBody.mediaType)")
        }
        let data = Data(try await body())
        guard case .object(let found)? = try? JSONReader.value(of: data, mostValues: 10_000) else {
            throw Problem(.badRequest, "bad_body", "the body must be a JSON object")
        }
        for member in found where !members.contains(member.name) {
            let known = members.sorted().joined(separator: ", ")
            throw Problem(.badRequest, "bad_body", "there is no member \"\(member.name)\" here; known: \(known)")
        }
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch let error as DecodingError {
            throw Problem(.badRequest, "bad_body", "the body is not as it should be: \(error.inWords)")
        }
    }
}

extension DecodingError {
    /// Which member is missing or has another type, without its value.
    fileprivate var inWords: String {
        switch self {
        case .keyNotFound(let key, _): "\(key.stringValue) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            context.codingPath.last.map { "\($0.stringValue) has another type" } ?? "it has another type"
        @unknown default: "it cannot be read"
        }
    }
}
