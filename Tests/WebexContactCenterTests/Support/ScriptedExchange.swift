import Foundation
import Synchronization
import Transfer

/// Answers requests by a script, and records them.
final class ScriptedExchange: HTTPExchange {
    typealias Script = @Sendable (HTTPRequest, Int) async throws(TransferError) -> HTTPResponse

    private let script: Script
    private let seen = Mutex<[HTTPRequest]>([])

    /// - Parameter script: called with the request and the number of earlier ones.
    init(_ script: @escaping Script) {
        self.script = script
    }

    var requests: [HTTPRequest] { seen.withLock { $0 } }

    func requests(ending path: String) -> [HTTPRequest] {
        requests.filter { $0.url.path().hasSuffix(path) }
    }

    func perform(_ request: HTTPRequest) async throws(TransferError) -> HTTPResponse {
        let index = seen.withLock { seen in
            seen.append(request)
            return seen.count - 1
        }
        return try await script(request, index)
    }
}

extension HTTPResponse {
    static func json(_ text: String, status: Int = 200, headers: HTTPHeaders = [:]) -> HTTPResponse {
        HTTPResponse(status: status, headers: headers, body: Data(text.utf8))
    }

    static let noTasks = json(#"{"meta":{},"data":[]}"#)
}

extension HTTPRequest {
    /// The query's fields, decoded.
    var query: [String: String] {
        let items = URLComponents(url: url, resolvingAgainstBaseURL: false)?.queryItems ?? []
        return Dictionary(items.map { ($0.name, $0.value ?? "") }) { $1 }
    }

    /// The fields of a form, decoded.
    var form: [String: String] {
        var components = URLComponents()
        components.percentEncodedQuery = String(decoding: body ?? Data(), as: UTF8.self)
        return Dictionary((components.queryItems ?? []).map { ($0.name, $0.value ?? "") }) { $1 }
    }

    /// The task IDs that a captures query names, in either dialect.
    var taskIDs: [String] {
        guard let object = try? JSONSerialization.jsonObject(with: body ?? Data()) as? [String: Any] else { return [] }
        let query = object["query"] as? [String: Any] ?? object
        return query["taskIds"] as? [String] ?? []
    }
}
