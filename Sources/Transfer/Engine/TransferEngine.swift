import CCurl
import Foundation
import Synchronization

/// All HTTP requests of Callark: libcurl's multi interface, on its own threads.
///
/// Proxies come from the environment, as libcurl reads it: `https_proxy`, `http_proxy`, `all_proxy`, `no_proxy`.
/// Certificates and host names are always verified.
package final class TransferEngine: HTTPExchange {
    /// The options of one engine.
    package struct Configuration: Sendable {
        /// A PEM file of certificates that are trusted in addition to the system's.
        package var additionalCertificatesFile: String?
        /// How the program identifies itself to servers (RFC 9110 section 10.1.5).
        package var userAgent: String
        /// For resolving the name, connecting, and TLS.
        package var connectTimeout: Duration
        /// The number of downloads that have a connection to one host at the same time; the others wait in order. API
        /// calls do not count and do not wait.
        package var maximumConnectionsPerHost: Int
        /// The number of threads that share the downloads; a sink is called on its download's thread. API calls use the
        /// first.
        package var threads: Int

        package init(
            additionalCertificatesFile: String? = nil,
            userAgent: String,
            connectTimeout: Duration = .seconds(10),
            maximumConnectionsPerHost: Int,
            threads: Int = Self.defaultThreads
        ) {
            self.additionalCertificatesFile = additionalCertificatesFile
            self.userAgent = userAgent
            self.connectTimeout = connectTimeout
            self.maximumConnectionsPerHost = maximumConnectionsPerHost
            self.threads = threads
        }

        /// Receiving and hashing keep one core busy at 1 GB/s or so; four of them are faster than any disk.
        package static let defaultThreads = min(4, ProcessInfo.processInfo.activeProcessorCount)
    }

    /// Per thread: each keeps its own connections to a host, including idle ones.
    private static let fewestConnections = 4

    private let inboxes: [Inbox]
    /// How many downloads and uploads each thread has.
    private let loads: Mutex<[Int]>

    /// Starts the threads.
    /// - Throws: ``TransferError/Code-swift.enum/untrusted`` if the additional certificates cannot be used.
    package convenience init(_ configuration: Configuration) throws(TransferError) {
        let file = configuration.additionalCertificatesFile
        try self.init(configuration, trusting: TrustAnchors(additionalCertificatesFile: file))
    }

    init(_ configuration: Configuration, trusting anchors: TrustAnchors) throws(TransferError) {
        let options = TransferOptions(configuration, anchors: anchors)
        let connections = max(1, configuration.maximumConnectionsPerHost)
        let lanes = 0..<max(1, min(configuration.threads, connections / Self.fewestConnections))
        let share = (connections + lanes.count - 1) / lanes.count
        // Enough for the downloads from a few hosts and the API calls of many organizations to find their connections
        // again.
        let multis = try lanes.map { _ throws(TransferError) in
            try MultiHandle(keptConnections: 4 * share + 32)
        }
        let inboxes = lanes.map { Inbox(lane: $0, waking: multis[$0]) }
        self.inboxes = inboxes
        loads = Mutex(lanes.map { _ in 0 })
        let slots = SharedSlots(limit: connections, inboxes: inboxes)
        for (multi, inbox) in zip(multis, inboxes) {
            let thread = Thread {
                Self.ignoreBrokenPipes()
                let loop = EngineLoop(
                    multi: multi,
                    inbox: inbox,
                    options: options,
                    slots: slots,
                    maxUsedHandles: share
                )
                let end = loop.run()
                // If this one has failed, the others get nothing more.
                for other in inboxes { other.stop(because: end) }
                multi.close()
                inbox.announceEnd()
            }
            thread.name = "callark-transfer"
            thread.start()
        }
    }

    deinit {
        for inbox in inboxes { inbox.stop() }
    }

    /// Sends `request` once. Redirects are not followed: a 3xx is the answer. libcurl itself repeats a request on a new
    /// connection if a kept one turns out to have been closed before any byte of an answer.
    /// - Throws: ``TransferError`` if no complete answer arrived. A status of 400 or above is an answer.
    package func perform(_ request: HTTPRequest) async throws(TransferError) -> HTTPResponse {
        let address = try WebAddress(request.url.absoluteString)
        try request.headers.check(for: address)
        let collector = BodyCollector(limit: request.maximumResponseBytes, expectsBody: request.method != .head)
        return try await collect(.call(request), at: address, into: collector, by: inboxes[0])
    }

    /// Sends `request` once, over HTTP/1.1; does not retry, nor does libcurl once it has sent a byte of the body. Redirects
    /// are not followed.
    /// - Throws: ``TransferError`` if no complete answer arrived. A status of 400 or above is an answer, and may come
    ///   before the whole body has been sent.
    package func upload(_ request: UploadRequest) async throws(TransferError) -> HTTPResponse {
        let address = try WebAddress(request.url.absoluteString)
        try request.headers.check(for: address)
        let lane = takeLane()
        defer { leaveLane(lane) }
        let collector = BodyCollector(limit: request.maximumResponseBytes)
        return try await collect(.upload(request), at: address, into: collector, by: inboxes[lane])
    }

    private func collect(
        _ kind: Order.Kind,
        at address: WebAddress,
        into collector: BodyCollector,
        by inbox: Inbox
    ) async throws(TransferError) -> HTTPResponse {
        do {
            let head = try await carryOut(kind, at: address, into: collector, by: inbox)
            return HTTPResponse(status: head.status, headers: head.headers, body: collector.body)
        } catch  where error.code == .unwanted {
            // The only thing that this sink refuses.
            throw TransferError(.tooLong, "\(address.place): the answer is longer than \(collector.limit) bytes")
        }
    }

    /// The thread that has the least to do.
    private func takeLane() -> Int {
        loads.withLock { loads in
            let lane = loads.indices.min { loads[$0] < loads[$1] } ?? 0
            loads[lane] += 1
            return lane
        }
    }

    private func leaveLane(_ lane: Int) {
        loads.withLock { $0[lane] -= 1 }
    }

    /// Downloads once, over HTTP/1.1; does not retry. Follows at most five redirects, if it follows any, each only if
    /// ``DownloadRequest/hosts`` allows it.
    /// - Returns: the final answer's head, when its complete body has arrived. ``ResponseHead/endIsMarked`` says
    ///   whether that is certain. After this has returned or thrown, `sink` is not called again.
    /// - Throws: ``TransferError`` if no complete answer arrived. A status of 400 or above is an answer.
    package func download(
        _ request: DownloadRequest,
        into sink: some DownloadSink
    ) async throws(TransferError) -> ResponseHead {
        let address = try WebAddress(request.url.absoluteString)
        try request.hosts.check(address)
        try request.headers.check(for: address)
        if request.followsRedirects { try request.headers.checkForCredentials(for: address) }
        let lane = takeLane()
        defer { leaveLane(lane) }
        return try await carryOut(.download(request), at: address, into: sink, by: inboxes[lane])
    }

    /// Ends everything in progress with ``TransferError/Code-swift.enum/cancelled`` and stops the threads; returns when
    /// they have closed their connections and ended.
    package func shutDown() async {
        for inbox in inboxes { inbox.stop() }
        for inbox in inboxes { await withCheckedContinuation { inbox.stop(waiting: $0) } }
    }

    private func carryOut(
        _ kind: Order.Kind,
        at address: WebAddress,
        into sink: some DownloadSink,
        by inbox: Inbox
    ) async throws(TransferError) -> ResponseHead {
        let id = inbox.makeID()
        let cancellation = CancellationFlag()
        let result: Result<ResponseHead, TransferError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let order = Order(
                    id: id,
                    kind: kind,
                    address: address,
                    sink: sink,
                    cancellation: cancellation,
                    continuation: continuation
                )
                do throws(TransferError) {
                    try inbox.post(.start(order))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        } onCancel: {
            cancellation.set()
            // Refused after the end, because everything has been cancelled.
            try? inbox.post(.cancel(id))
        }
        return try result.get()
    }

    /// A write to a connection that the server has closed should be an error of libcurl and not a signal.
    private static func ignoreBrokenPipes() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }
}

extension HTTPHeaders {
    /// Refuses fields that would be sent as other fields, or not at all.
    fileprivate func check(for address: WebAddress) throws(TransferError) {
        for field in fields where !Self.isName(field.name) || !field.value.unicodeScalars.allSatisfy(Self.isInValue) {
            throw TransferError(.refused, "\(address.place): a header field holds characters that it must not")
        }
    }

    /// Refuses to send credentials to a media host (wxcc-api 6.5).
    fileprivate func checkForCredentials(for address: WebAddress) throws(TransferError) {
        for name in ["Authorization", "Proxy-Authorization", "Cookie"] where self[name] != nil {
            throw TransferError(.refused, "\(address.place): a download must not carry \(name)")
        }
    }

    private static func isName(_ name: String) -> Bool {
        !name.isEmpty
            && name.unicodeScalars.allSatisfy { scalar in
                scalar.isASCII
                    && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                        || "!#$%&'*+-.^_`|~".unicodeScalars.contains(scalar))
            }
    }

    private static func isInValue(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\t" || (scalar.value >= 0x20 && scalar.value != 0x7F)
    }
}
