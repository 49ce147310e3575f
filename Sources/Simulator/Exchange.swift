import Foundation

/// One complete request, with its path and query as the client wrote them.
struct Request: Sendable {
    var method: String
    /// Percent-encoded, as received.
    var path: String
    /// Percent-encoded, as received, without the question mark.
    var query: String
    var headers: [String: String]
    var body: Data
    /// The client's port, which identifies its connection.
    var peerPort: UInt16?

    /// - Parameter name: in lower case.
    func header(_ name: String) -> String? { headers[name] }

    /// The decoded value of the first parameter of that name.
    func parameter(_ name: String) -> String? { Form(query)[name] }

    /// The path's parts, decoded.
    var segments: [String] {
        path.split(separator: "/").map { $0.removingPercentEncoding ?? String($0) }
    }
}

/// Names and values in the form `a=1&b=2`, as in queries and form bodies.
struct Form: Sendable {
    private var values: [String: String] = [:]

    init(_ text: String) {
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(Self.decode)
            if let name = parts.first, values[name] == nil { values[name] = parts.count > 1 ? parts[1] : "" }
        }
    }

    subscript(name: String) -> String? { values[name] }

    private static func decode(_ text: Substring) -> String {
        let spaced = text.replacing("+", with: " ")
        return spaced.removingPercentEncoding ?? String(spaced)
    }
}

/// One answer, before faults and before it is sent.
struct Response: Sendable {
    enum Body: Sendable {
        case bytes(Data)
        /// A part of a recording, made while it is sent.
        case sound(SoundReader, Range<Int>)
        /// Lines that are made while they are sent; their number is not known beforehand.
        case lines(@Sendable () -> AnyIterator<Data>)
    }

    var status: Int
    var headers: [(String, String)]
    var body: Body

    init(_ status: Int, headers: [(String, String)] = [], body: Body = .bytes(Data())) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    static func json(_ status: Int, escaped: Bool = false, _ json: JSON) -> Response {
        let bytes = Data(escaped ? json.bytesWithEscapes : json.bytes)
        return Response(status, headers: [("Content-Type", "application/json")], body: .bytes(bytes))
    }

    /// `nil` if it is not known before everything is made.
    var byteCount: Int? {
        switch body {
        case .bytes(let data): data.count
        case .sound(_, let range): range.count
        case .lines: nil
        }
    }
}

extension Response {
    /// The envelope of the provider's errors (wxcc-api 4.2).
    static func failure(_ status: Int, _ description: String, tracking: String) -> Response {
        let message: JSON = [["description": .string(description)]]
        return json(
            status,
            ["trackingId": .string(tracking), "error": ["key": .string(String(status)), "message": message]]
        )
    }

    /// The answer of the provider's framework to unknown paths and wrong methods (wxcc-api 4.2).
    static func framework(_ status: Int, _ error: String, path: String, at time: Moment) -> Response {
        json(
            status,
            [
                "timestamp": .integer(time.milliseconds), "status": .integer(Int64(status)), "error": .string(error),
                "path": .string(path),
            ]
        )
    }

    /// An error of the storage host, in XML (wxcc-api 6.5).
    static func storage(_ status: Int, _ code: String, _ message: String, extra: String = "") -> Response {
        let text = """
            <?xml version="1.0" encoding="UTF-8"?>
            <Error><Code>\(code)</Code><Message>\(message)</Message>\(extra)\
            <RequestId>4442587FB7D0A2F9</RequestId></Error>
            """
        return Response(status, headers: [("Content-Type", "application/xml")], body: .bytes(Data(text.utf8)))
    }
}
