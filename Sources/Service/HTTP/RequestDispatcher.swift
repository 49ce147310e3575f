import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Recordings
import Settings

/// Handles each request: finds its route, checks the key and its role, lets the route answer, and logs one line. It turns
/// every error into a problem (RFC 9457).
struct RequestDispatcher: HTTPResponder {
    typealias Context = ServiceRequestContext

    let routes: RouteTable
    let authenticator: Authenticator
    let limits: ServiceLimits
    let trustedProxies: [AddressRange]
    /// Whether to tell browsers to use TLS only (HSTS).
    let isSecure: Bool
    let logger: Logger
    /// Answers browsers that ask for a page which is refused.
    let fallback: PageFallback
    /// Gets one line for each request.
    let note: @Sendable (AccessLine) -> Void

    @Sendable func respond(to request: Request, context: Context) async throws -> Response {
        var line = AccessLine(method: request.method.rawValue, begin: .now)
        var setCookie: String?
        var answer: Answer
        do {
            answer = try await self.answer(request, context, &line, &setCookie)
        } catch {
            let problem = problem(for: error, line)
            let page = await fallback.answer(
                problem,
                method: request.method,
                target: request.head.path ?? "",
                headers: request.headers
            )
            answer = page ?? Answer(problem)
        }
        if answer.headers[.setCookie] == nil { answer.headers[.setCookie] = setCookie }
        return response(answer, to: request.method, line)
    }

    private func answer(
        _ request: Request,
        _ context: Context,
        _ line: inout AccessLine,
        _ setCookie: inout String?
    ) async throws -> Answer {
        let target = request.head.path ?? ""
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let path = parts.first, path.hasPrefix("/") else {
            throw Problem(.badRequest, "bad_path", "the request names no path")
        }
        // The first one is not among the headers (RFC 9112, section 3.2).
        guard request.headers[.furtherHost] == nil else {
            throw Problem(.badRequest, "malformed_request", "the request has more than one Host", endsConnection: true)
        }
        let address = clientAddress(request.headers, context)
        let (found, error) = find(request.method, path)
        line.route = found?.route.pattern.description ?? "-"
        let visitor = Authenticator.Visitor(
            method: request.method,
            authority: request.head.authority,
            headers: request.headers,
            address: address
        )
        var caller: Caller?
        if found?.route.access == .open {
            // Anyone may link to the page. Only what changes something has to come from it.
            if !visitor.isSafe { try authenticator.ownPages.require(visitor) }
        } else {
            // Unknown paths need a key too. Otherwise, a caller without one could find out which paths exist.
            let admission = try await authenticator.admit(visitor)
            line.who = admission.caller.name
            (caller, setCookie) = (admission.caller, admission.setCookie)
        }
        if let error { throw error }
        guard let found else { throw Problem.bug }
        if case .permission(let permission) = found.route.access, caller?.permits(permission) != true {
            throw Problem.tooSmall(for: permission)
        }
        let query = try QueryItems(
            parts.count > 1 ? parts[1] : "",
            known: found.route.parameters,
            repeatable: found.route.repeatable
        )
        let inquiry = Inquiry(
            method: request.method,
            headers: request.headers,
            values: found.values,
            query: query,
            caller: caller,
            address: address,
            body: { try await body(of: request) }
        )
        return try await found.route.handle(inquiry)
    }

    private func find(
        _ method: HTTPRequest.Method,
        _ path: Substring
    ) -> (found: (route: Route, values: [String: String])?, error: Problem?) {
        do throws(Problem) {
            return (try routes.find(method, path), nil)
        } catch {
            return (nil, error)
        }
    }

    private func body(of request: Request) async throws -> [UInt8] {
        do {
            return try await request.wholeBody(atMost: limits.bodyBytes)
        } catch BodyFault.tooLarge {
            let detail = "a body has at most \(limits.bodyBytes) bytes here"
            throw Problem(.contentTooLarge, "too_large", detail, endsConnection: true)
        } catch BodyFault.broken {
            let detail = "the body did not arrive as the request announced it"
            throw Problem(.badRequest, "malformed_request", detail, endsConnection: true)
        }
    }

    /// The client's address: the connection's peer or, if that is a trusted proxy, the last address in `X-Forwarded-For`
    /// that is not a trusted proxy's.
    private func clientAddress(_ headers: HTTPFields, _ context: Context) -> String {
        let peer = context.peer
        guard let address = IPAddress(peer), isTrusted(address) else { return peer }
        let named = headers[values: .xForwardedFor].flatMap { $0.split(separator: ",") }
            .map { $0.trimmingCharacters(in: .whitespaces) }
        for text in named.reversed() {
            guard let address = IPAddress(text) else { break }
            if !isTrusted(address) { return text }
        }
        return peer
    }

    private func isTrusted(_ address: IPAddress) -> Bool { trustedProxies.contains { $0.contains(address) } }
}

extension RequestDispatcher {
    private func problem(for error: any Error, _ line: AccessLine) -> Problem {
        let problem = ServiceProblem.of(error)
        if problem.status.kind == .serverError {
            logger.error("a request failed", metadata: ["route": "\(line.route)", "error": "\(error)"])
        }
        return problem
    }

    private func response(_ answer: Answer, to method: HTTPRequest.Method, _ begun: AccessLine) -> Response {
        var headers = answer.headers
        SecurityHeaders.add(to: &headers, isSecure: isSecure)
        var line = begun
        line.status = answer.status.code
        switch answer.body {
        case .bytes(let bytes):
            headers[.contentLength] = String(bytes.count)
            line.bytes = method == .head ? 0 : Int64(bytes.count)
            note(line)
            let body = method == .head ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
            return Response(status: answer.status, headers: headers, body: body)
        case .stream(let length, let write):
            if let length { headers[.contentLength] = String(length) }
            if method == .head {
                note(line)
                return Response(status: answer.status, headers: headers)
            }
            let note = note
            return Response(
                status: answer.status,
                headers: headers,
                body: ResponseBody(contentLength: length.map(Int.init)) { [line] writer in
                    var (line, sink) = (line, writer)
                    var out = AnswerWriter { try await sink.write($0) }
                    defer {
                        line.bytes = out.count
                        note(line)
                    }
                    do {
                        try await write(&out)
                    } catch {
                        line.isCutShort = true
                        throw error
                    }
                    try await writer.finish(nil)
                }
            )
        }
    }
}

/// What is known about a request's connection.
struct ServiceRequestContext: InitializableFromSource {
    /// The network address of the connection's peer; `-` if it is unknown.
    let peer: String

    init(source: ApplicationRequestContextSource) {
        peer = source.channel.remoteAddress?.ipAddress ?? "-"
    }
}
