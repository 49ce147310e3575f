import CCurl
import Recordings

/// One order in progress, from its first connection to its last redirect. Lives on one thread of the engine only.
final class Exchange {
    let order: Order
    private(set) var address: WebAddress
    /// Present while libcurl works on it.
    var handle: EasyHandle?
    /// Whether it may have a connection: always for a call, by ``SharedSlots`` for a download.
    var isAdmitted = false

    private var hops = 0
    private var reader = HeadReader()
    private var head: ResponseHead?
    /// The target of a redirect that is arriving; the body of that answer is dropped.
    private var location: String?
    private var discardedBytes = 0
    private var receivedBytes: Int64 = 0
    /// Why a callback ended the transfer.
    private var failure: TransferError?
    /// The sink asked for a pause.
    private var isHeld = false
    /// libcurl pauses; it does so at the first bytes after the sink asked.
    private var isPaused = false
    private var isConnected = false
    private var lastProgress = ContinuousClock.now
    /// For a download that has a connection.
    private var speed: SpeedWindow?
    private let resumption: Resumption
    /// What an upload still has to send.
    private var source: UploadSource?
    /// Until when an upload sends nothing, because its limiter says so.
    private(set) var pacedUntil: ContinuousClock.Instant?

    static let maximumHops = 5
    /// A redirect's body is read up to this size, to keep the connection.
    static let maximumDiscardedBytes = 64 << 10

    init(_ order: Order, resumption: Resumption) {
        self.order = order
        self.resumption = resumption
        address = order.address
    }

    // MARK: What libcurl reports

    /// The connection is open, and the request is about to be sent: from here on, silence comes from the server.
    func connected() {
        isConnected = true
        lastProgress = .now
        guard case .download(let request) = order.kind, let least = request.leastBytesPerSecond else { return }
        speed = SpeedWindow(leastBytesPerSecond: least, span: request.stallTimeout, now: lastProgress)
    }

    /// - Returns: whether the transfer continues.
    func receiveHead(_ line: UnsafeRawBufferPointer) -> Bool {
        lastProgress = .now
        switch reader.take(line) {
        case .goesOn: return true
        case .tooLong: return fail(.refused, "the answer's head is longer than \(HeadReader.maximumBytes) bytes")
        case .complete: return beginAnswer()
        }
    }

    enum BodyOutcome {
        case taken, paused, ended
    }

    func receiveBody(_ bytes: UnsafeRawBufferPointer) -> BodyOutcome {
        lastProgress = .now
        guard location == nil else {
            discardedBytes += bytes.count
            return discardedBytes <= Self.maximumDiscardedBytes ? .taken : .ended
        }
        if isHeld {
            isPaused = true
            return .paused
        }
        switch order.sink.receive(bytes) {
        case .proceed:
            receivedBytes += Int64(bytes.count)
            return .taken
        case .pause:
            hold()
            isPaused = true
            return .paused
        case .refuse:
            _ = fail(.unwanted, "the answer's body is not wanted")
            return .ended
        }
    }

    enum SupplyOutcome {
        case bytes(Int), paused, ended
    }

    /// Fills libcurl's buffer with the next bytes of an upload.
    func supply(_ buffer: UnsafeMutableRawBufferPointer) -> SupplyOutcome {
        guard case .upload(let request) = order.kind, let source else { return .ended }
        lastProgress = .now
        var wanted = min(buffer.count, Int(clamping: source.rest))
        if wanted > 0, let limiter = request.limiter {
            switch limiter.take(upTo: wanted, now: lastProgress) {
            case .bytes(let granted): wanted = granted
            case .wait(let instant):
                pacedUntil = instant
                return .paused
            }
        }
        do {
            return .bytes(try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])))
        } catch {
            failure = error
            return .ended
        }
    }

    private func beginAnswer() -> Bool {
        let headers = reader.headers
        if case .download(let request) = order.kind, request.followsRedirects,
            [301, 302, 303, 307, 308].contains(reader.status),
            let location = headers["Location"]
        {
            self.location = location
            return true
        }
        let length: Int64?
        do {
            length = try headers.contentLength()
        } catch {
            return fail(error.code, error.message)
        }
        let head = ResponseHead(status: reader.status, headers: headers, contentLength: length)
        self.head = head
        switch order.sink.begin(head, resumption: resumption) {
        case .proceed: return true
        case .pause:
            hold()
            return true
        case .refuse: return fail(.unwanted, "the answer, of status \(head.status), is not wanted")
        }
    }

    private func hold() {
        isHeld = true
        speed?.hold(now: .now)
    }

    private func fail(_ code: TransferError.Code, _ message: String) -> Bool {
        failure = TransferError(code, "\(address.place): \(message)")
        return false
    }

    // MARK: What the engine asks

    enum Outcome {
        case finished(Result<ResponseHead, TransferError>)
        /// The transfer starts again at another address.
        case redirected
    }

    /// What the end of a transfer, as reported by libcurl, means for the order.
    func conclude(_ result: CURLcode) -> Outcome {
        // The head is enough for a redirect; how its body ended does not matter.
        if let location, failure == nil {
            do {
                try redirect(to: location)
                return .redirected
            } catch {
                return .finished(.failure(error))
            }
        }
        if let failure { return .finished(.failure(failure)) }
        guard result == CURLE_OK else {
            let detail = handle?.detail ?? ""
            return .finished(.failure(TransferError(result, at: address.place, detail: detail)))
        }
        guard let head, isWhole(head) else {
            return .finished(.failure(TransferError(.cutShort, "\(address.place): the answer is incomplete")))
        }
        return .finished(.success(head))
    }

    /// libcurl has checked the same, but a promise this central is checked twice. An API answer may have been
    /// decompressed.
    private func isWhole(_ head: ResponseHead) -> Bool {
        guard case .download = order.kind, head.status != 204, head.status != 304, let length = head.contentLength
        else { return true }
        return receivedBytes == length
    }

    private func redirect(to location: String) throws(TransferError) {
        guard case .download(let request) = order.kind else { return }
        hops += 1
        guard hops <= Self.maximumHops else {
            throw TransferError(.refused, "\(address.place): more than \(Self.maximumHops) redirects")
        }
        let target = try address.following(location)
        try request.hosts.check(target, comingFrom: address)
        address = target
        self.location = nil
        reader = HeadReader()
        discardedBytes = 0
        isConnected = false
        speed = nil
    }

    /// Lets a paused transfer continue.
    /// - Returns: libcurl's verdict; anything but `CURLE_OK` ends the transfer.
    func resume() -> CURLcode {
        isHeld = false
        lastProgress = .now
        speed?.resume(now: lastProgress)
        guard isPaused, let handle else { return CURLE_OK }
        isPaused = false
        // During this call libcurl delivers what it held back, and this may pause the transfer again.
        return curl_easy_pause(handle.raw, CURLPAUSE_CONT)
    }

    /// Opens what an upload sends.
    func openSource() throws(TransferError) {
        guard case .upload(let request) = order.kind else { return }
        source = try UploadSource(request.body)
    }

    /// Lets an upload go on that its limiter has paused.
    /// - Returns: libcurl's verdict; anything but `CURLE_OK` ends the transfer.
    func resumeSending() -> CURLcode {
        pacedUntil = nil
        lastProgress = .now
        guard let handle else { return CURLE_OK }
        return curl_easy_pause(handle.raw, CURLPAUSE_CONT)
    }

    /// How long the server may take nothing and say nothing; `nil` if there is another limit.
    private var patience: Duration? {
        switch order.kind {
        case .call: nil
        case .download(let request): request.stallTimeout
        case .upload(let request): source?.rest == 0 ? request.answerTimeout : request.stallTimeout
        }
    }

    /// When to check next whether bytes arrive fast enough. libcurl's own rule (`CURLOPT_LOW_SPEED_TIME`) counts the
    /// sink's pauses as the server's.
    func nextSpeedCheck(now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        if case .upload = order.kind, handle != nil, let patience {
            return (isConnected && pacedUntil == nil ? lastProgress : now) + patience
        }
        guard case .download(let request) = order.kind, handle != nil else { return nil }
        let silence = (isConnected && !isHeld ? lastProgress : now) + request.stallTimeout
        return speed.map { min($0.deadline(now: now), silence) } ?? silence
    }

    /// Why the server's silence or slowness ends the transfer; `nil` if it does not.
    func slowness(now: ContinuousClock.Instant) -> TransferError? {
        if case .upload = order.kind, let patience {
            guard handle != nil, isConnected, pacedUntil == nil, lastProgress + patience <= now else { return nil }
            let what = source?.rest == 0 ? "no answer" : "took no byte"
            return TransferError(.stalled, "\(address.place): \(what) for \(patience)")
        }
        guard case .download(let request) = order.kind, handle != nil, isConnected, !isHeld else { return nil }
        let span = request.stallTimeout
        let isSlow = speed?.isTooSlow(received: receivedBytes, now: now) == true
        // The interval for the speed begins before the answer does. An answer without a byte of its body is silent, and
        // so is one that was silent for nearly all of the time.
        let isSilent = lastProgress + span * (isSlow ? 0.9 : 1) <= now
        if isSilent || (isSlow && head != nil && speed?.receivedBefore == receivedBytes) {
            return TransferError(.stalled, "\(address.place): no byte for \(span)")
        }
        guard isSlow else { return nil }
        let least = request.leastBytesPerSecond ?? 0
        return TransferError(.tooSlow, "\(address.place): fewer than \(least) bytes a second for \(span)")
    }

    /// Whether a redirect's body is arriving, which no one waits for.
    var isRedirected: Bool { location != nil && failure == nil }
}
