import Foundation
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Closes connections that would tie up the service: a request that never completes, a client that does not read its
/// answer, and a connection whose last answer said so. If the HTTP parser refuses a request, it answers with a problem.
///
/// Each connection has its own guard, and only the connection's event loop calls it.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limits: ServiceLimits
    private let isSecure: Bool
    /// Closes the connection unless the request completes first.
    private var requestDeadline: Scheduled<Void>?
    /// Closes the connection unless the client reads something first.
    private var stallDeadline: Scheduled<Void>?
    /// The problem that the parser found.
    private var refusal: Problem?
    private var endsAfterAnswer = false

    /// How long to keep reading after the last answer. A client that is still sending would lose the answer if the
    /// connection were closed at once.
    private static let linger = TimeAmount.seconds(2)

    init(limits: ServiceLimits, isSecure: Bool) {
        self.limits = limits
        self.isSecure = isSecure
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(var head):
            requestDeadline = deadline(limits.idle, context)
            guard Self.asksForEnd(head.headerFields) else { break }
            // The HTTP server knows no other spelling.
            head.headerFields[.connection] = "close"
            return context.fireChannelRead(wrapInboundOut(.head(head)))
        case .body: break
        case .end:
            requestDeadline?.cancel()
            requestDeadline = nil
        }
        context.fireChannelRead(data)
    }

    /// Whether a client wants the connection to end after the answer. The words of the header may be in any case, and in a list.
    private static func asksForEnd(_ headers: HTTPFields) -> Bool {
        headers[values: .connection].flatMap { $0.split(separator: ",") }
            .contains { $0.trimmingCharacters(in: .whitespaces).lowercased() == "close" }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stallDeadline?.cancel()
        stallDeadline = context.channel.isWritable ? nil : deadline(limits.stall, context)
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? HTTPParserError {
            refusal =
                error == .headerOverflow
                ? Problem(.requestHeaderFieldsTooLarge, "headers_too_large", "the request's headers are too long")
                : Problem(.badRequest, "malformed_request", "the request is not HTTP")
        }
        context.fireErrorCaught(error)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part = unwrapOutboundIn(data)
        switch part {
        case .head(let head):
            endsAfterAnswer = head.headerFields[.connection] == "close"
            // Every answer of the service has this header. One without it is the HTTP server's own refusal.
            guard head.status == .badRequest, head.headerFields[.xContentTypeOptions] == nil else { break }
            return writeRefusal(context, promise)
        case .body: break
        case .end:
            guard endsAfterAnswer else { break }
            context.writeAndFlush(wrapOutboundOut(part), promise: promise)
            return context.close(mode: .output, promise: nil)
        }
        context.write(wrapOutboundOut(part), promise: promise)
        if endsAfterAnswer, requestDeadline != nil {
            requestDeadline?.cancel()
            requestDeadline = deadline(.nanoseconds(Self.linger.nanoseconds), context)
        }
    }

    /// Writes a problem instead of the HTTP server's own refusal, which has no body.
    private func writeRefusal(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        let problem = refusal ?? Problem(.badRequest, "malformed_request", "the request is not HTTP")
        let body = problem.body
        var headers: HTTPFields = [
            .contentType: Problem.mediaType, .contentLength: String(body.count), .connection: "close",
        ]
        SecurityHeaders.add(to: &headers, isSecure: isSecure)
        context.write(wrapOutboundOut(.head(HTTPResponse(status: problem.status, headerFields: headers))), promise: nil)
        context.write(wrapOutboundOut(.body(ByteBuffer(bytes: body))), promise: promise)
    }

    func handlerRemoved(context: ChannelHandlerContext) { cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        cancel()
        context.fireChannelInactive()
    }

    private func cancel() {
        requestDeadline?.cancel()
        stallDeadline?.cancel()
        (requestDeadline, stallDeadline) = (nil, nil)
    }

    private func deadline(_ duration: Duration, _ context: ChannelHandlerContext) -> Scheduled<Void> {
        let channel = context.channel
        return context.eventLoop.scheduleTask(in: TimeAmount(duration)) { channel.close(promise: nil) }
    }
}

@available(*, unavailable)
extension ConnectionGuard: Sendable {}
