import Anchors
import Evidence
import Files
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Recordings

/// Answers requests to a witness (c2sp.org/tlog-witness). Everything that it gets and gives is signed and public, so it asks for
/// no key.
struct WitnessResponder: HTTPResponder {
    typealias Context = ServiceRequestContext

    let witness: Witness
    /// The keys of the logs that are accepted although they were never signed, by origin.
    let logKeys: [String: NoteKey]
    let limits: ServiceLimits
    let logger: Logger
    let now: @Sendable () -> Timestamp
    /// Gets one line for each request.
    let note: @Sendable (AccessLine) -> Void

    static let path = "/add-checkpoint"

    @Sendable func respond(to request: Request, context: Context) async throws -> Response {
        var line = AccessLine(method: request.method.rawValue, begin: .now)
        var answer = Self.text(.notFound, "there is nothing here but \(Self.path)")
        switch request.head.path ?? "" {
        case "/healthz":
            line.route = "/healthz"
            answer = Self.text(.ok, "ok")
        case Self.path:
            line.route = Self.path
            if request.method == .post {
                answer = try await self.answer(to: request, &line)
            } else {
                answer = Self.text(.methodNotAllowed, "only POST")
                answer.headers[.allow] = "POST"
            }
        default: break
        }
        return response(answer, request.method, line)
    }

    private func answer(to request: Request, _ line: inout AccessLine) async throws -> Answer {
        let body: [UInt8]
        do {
            body = try await request.wholeBody(atMost: limits.bodyBytes)
        } catch let fault as BodyFault {
            var answer =
                switch fault {
                case .tooLarge: Self.text(.contentTooLarge, "a request has at most \(limits.bodyBytes) bytes")
                case .broken: Self.text(.badRequest, "the body did not arrive as the request announced it")
                }
            answer.headers[.connection] = "close"
            return answer
        }
        let order: AddCheckpoint
        do throws(NoteFault) {
            order = try AddCheckpoint(body)
        } catch {
            return Self.text(.badRequest, "\(error)")
        }
        let key = (try? LogPosition(unverified: order.checkpoint)).flatMap { logKeys[$0.origin] }
        let (witness, time) = (witness, now())
        do throws(WitnessRefusal) {
            let signed = try await BlockingWork.run { _ throws(WitnessRefusal) in
                try witness.cosign(order, logKey: key, now: time)
            }
            logger.info("cosigned \(signed.position.size) entries of \(signed.position.origin)")
            return Self.text(.ok, signed.cosignature.line, isLine: true)
        } catch {
            return refusal(error)
        }
    }

    /// The status that the protocol has for a refusal. What a person should see is in the service's log too: somebody may have
    /// changed the past of a log.
    private func refusal(_ refusal: WitnessRefusal) -> Answer {
        if let known = refusal.knownSize {
            if refusal.code == .inconsistent { logger.error("not cosigned: \(refusal)") }
            var answer = Self.text(.conflict, "\(known)")
            answer.headers[.contentType] = "text/x.tlog.size"
            return answer
        }
        switch refusal.code {
        case .malformed, .otherSize: return Self.text(.badRequest, "\(refusal)")
        case .unknownLog: return Self.text(.notFound, "\(refusal)")
        case .notSigned: return Self.text(.forbidden, "\(refusal)")
        case .inconsistent:
            logger.error("not cosigned: \(refusal)")
            return Self.text(.unprocessableContent, "\(refusal)")
        case .local:
            logger.error("not cosigned: \(refusal)")
            return Self.text(.internalServerError, "the witness cannot use its own files; its log says why")
        }
    }

    private static func text(_ status: HTTPResponse.Status, _ text: String, isLine: Bool = false) -> Answer {
        var answer = Answer.text(isLine ? text : text + "\n")
        answer.status = status
        return answer
    }

    private func response(_ answer: Answer, _ method: HTTPRequest.Method, _ begun: AccessLine) -> Response {
        var (headers, line) = (answer.headers, begun)
        SecurityHeaders.add(to: &headers, isSecure: false)
        guard case .bytes(let bytes) = answer.body else { return Response(status: .internalServerError) }
        headers[.contentLength] = String(bytes.count)
        line.status = answer.status.code
        line.bytes = method == .head ? 0 : Int64(bytes.count)
        note(line)
        let body = method == .head ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        return Response(status: answer.status, headers: headers, body: body)
    }
}
