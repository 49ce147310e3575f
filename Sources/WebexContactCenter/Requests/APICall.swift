import Foundation
import Recordings
import Transfer

/// One call of the provider's interface, before it has a token.
struct APICall: Sendable {
    /// The base that a path is relative to (wxcc-api 2.1).
    enum Base: Sendable {
        /// `api_base_url`: tasks, captures, statistics.
        case api
        /// The same without its version: configuration (`organization/{orgId}/…`) and Search.
        case host
    }

    var method: HTTPRequest.Method
    var base = Base.api
    /// Below the base, without a slash in front: `tasks`, `captures/query`.
    var path: String
    var query: [(name: String, value: String)] = []
    var body: JSONValue?
    /// The scope that the call needs, for messages (wxcc-api 3.4).
    var scope = "cjp:config_read"
    /// Whether it may be sent again although it may already have been carried out. Reading may; creating may not.
    var isRepeatable = true

    /// For messages: `GET tasks`.
    var name: String { "\(method.rawValue) \(path)" }

    /// The request with its credentials (wxcc-api 4.1).
    /// - Throws: `rejected` if no URL can be made from the base URL and the path.
    func request(apiBaseURL: URL, token: Secret, trackingID: String) throws(ProviderError) -> HTTPRequest {
        let url = try Self.url(base == .api ? apiBaseURL : apiBaseURL.withoutVersion, path, query: query)
        var headers: HTTPHeaders = [
            "Authorization": "Bearer \(token.value)", "Accept": "application/json", "Accept-Encoding": "gzip",
            "TrackingId": trackingID,
        ]
        if body != nil { headers["Content-Type"] = "application/json" }
        var request = HTTPRequest(method, url, headers: headers, body: body.map(JSONWriter.data))
        request.isRepeatable = isRepeatable
        return request
    }

    /// `base`, with or without a slash at its end, followed by the path and the query.
    static func url(
        _ base: URL,
        _ path: String,
        query: [(name: String, value: String)] = []
    ) throws(ProviderError) -> URL {
        var text = base.absoluteString
        while text.hasSuffix("/") { text.removeLast() }
        text += "/" + path
        if !query.isEmpty { text += "?" + FormEncoding.text(query) }
        guard let url = URL(string: text) else {
            throw ProviderError(.rejected, "\(text.prefix(200)) is not a URL", advice: "check api_base_url")
        }
        return url
    }
}

extension URL {
    /// Without the `/v1` at the end of its path, if it has one.
    fileprivate var withoutVersion: URL {
        var text = absoluteString[...]
        while text.hasSuffix("/") { text.removeLast() }
        return text.hasSuffix("/v1") ? URL(string: String(text.dropLast(3))) ?? self : self
    }
}

/// Names and values as `application/x-www-form-urlencoded`, which is also valid as a query.
enum FormEncoding {
    /// `a=1&b=x%20y`: everything except the unreserved characters of RFC 3986 is percent-encoded, so that no reader has
    /// to know whether `+` is a space.
    static func text(_ fields: [(name: String, value: String)]) -> String {
        fields.map { encoded($0.name) + "=" + encoded($0.value) }.joined(separator: "&")
    }

    /// `text` as a name, a value, or one part of a path.
    static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if isUnreserved(byte) {
                bytes.append(byte)
            } else {
                bytes.append(contentsOf: [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]])
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
