import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Ends connections that would hold on to the service: a request that does not come to its end, a client that takes nothing
/// of what is sent, and one that is not to be read on. And it says in a problem's words what the HTTP parser refuses.
///
/// Each connection has one of its own, which only that connection's event loop calls.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limits: ServiceLimits
    private let isSecure: Bool
    /// Ends the connection unless the request's end comes first.
    private var requestDeadline: Scheduled<Void>?
    /// Ends the connection unless the client takes something first.
    private var stallDeadline: Scheduled<Void>?
    /// What the parser complained of.
    private var refusal: Problem?
    private var endsAfterAnswer = false

    /// What is left in the connection after its last answer is read for so long: closing at once would take the answer away
    /// from a client that is still sending.
    private static let linger = TimeAmount.seconds(2)

    init(limits: ServiceLimits, isSecure: Bool) {
        self.limits = limits
        self.isSecure = isSecure
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: requestDeadline = deadline(limits.idle, context)
        case .body: break
        case .end:
            requestDeadline?.cancel()
            requestDeadline = nil
        }
        context.fireChannelRead(data)
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
            // Only what the server itself says has none of the headers that all answers have.
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

    /// Instead of the server's own words without a body.
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
