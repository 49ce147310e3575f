import CCurl
import Recordings

/// The work of one thread of the engine until it is asked to end: takes orders, lets libcurl work, returns results.
/// Created and used only on that thread.
final class EngineLoop {
    private let multi: MultiHandle
    private let inbox: Inbox
    private let options: TransferOptions
    /// All unfinished orders.
    private var exchanges: [OrderID: Exchange] = [:]
    private let slots: SharedSlots
    /// Those that send; few, because each comes from a task that waits for it.
    private var uploads: [OrderID: Exchange] = [:]
    /// Orders that may start now.
    private var ready: [OrderID] = []
    /// Handles of successful downloads, for the next ones, which set their own contexts: creating a handle and setting
    /// the common options takes longer than a small recording.
    private var usedHandles: [EasyHandle] = []
    private let maxUsedHandles: Int
    private var nextSpeedCheck: ContinuousClock.Instant?

    /// - Parameter maxUsedHandles: how many such handles are kept.
    init(multi: MultiHandle, inbox: Inbox, options: TransferOptions, slots: SharedSlots, maxUsedHandles: Int) {
        self.multi = multi
        self.inbox = inbox
        self.options = options
        self.slots = slots
        self.maxUsedHandles = maxUsedHandles
    }

    /// - Returns: why it has ended.
    func run() -> TransferError {
        do {
            while true {
                for command in try inbox.take() { handle(command) }
                try runOnce()
            }
        } catch {
            finishAll(because: error)
            return error
        }
    }

    private func runOnce() throws(TransferError) {
        launchReady()
        var running: Int32 = 0
        try MultiHandle.check(curl_multi_perform(multi.raw, &running))
        concludeTransfers()
        resumePaced()
        endSlow()
        launchReady()
        guard inbox.prepareToWait() else { return }
        try MultiHandle.check(curl_multi_poll(multi.raw, nil, 0, pollTimeout, nil))
    }

    /// libcurl wakes up for its own timers, and `Inbox` for commands; this is for transfers that are silent or slow.
    private var pollTimeout: Int32 {
        let next = uploads.values.compactMap(\.pacedUntil).reduce(nextSpeedCheck) { min($0 ?? $1, $1) }
        guard let next else { return 60_000 }
        return Int32(min(60_000, max(1, (next - .now).milliseconds + 1)))
    }

    // MARK: Commands

    private func handle(_ command: Inbox.Command) {
        switch command {
        case .start(let order): start(order)
        case .admit(let id): admit(id)
        case .cancel(let id):
            guard let exchange = exchanges[id] else { return }
            finish(exchange, .failure(.cancelled(exchange.address)))
        case .resume(let id):
            guard let exchange = exchanges[id] else { return }
            watch(exchange)
            let code = exchange.resume()
            if code != CURLE_OK { conclude(exchange, code) }
        }
    }

    private func start(_ order: Order) {
        guard !order.cancellation.isSet else {
            order.continuation.resume(returning: .failure(.cancelled(order.address)))
            return
        }
        let resumption = Resumption { [inbox, id = order.id] in
            // Refused after the end, when nothing is paused any more.
            try? inbox.post(.resume(id))
        }
        let exchange = Exchange(order, resumption: resumption)
        exchanges[order.id] = exchange
        if case .upload = order.kind { uploads[order.id] = exchange }
        claimSlot(exchange)
    }

    private func claimSlot(_ exchange: Exchange) {
        if case .download = exchange.order.kind, !slots.claim(exchange.address.origin, for: exchange.order.id) {
            return
        }
        admit(exchange.order.id)
    }

    /// If it has ended in the meantime, its slot was given to another.
    private func admit(_ id: OrderID) {
        guard let exchange = exchanges[id] else { return }
        exchange.isAdmitted = true
        ready.append(id)
    }

    private func launchReady() {
        let batch = ready
        ready = []
        for id in batch { launch(id) }
    }

    private func launch(_ id: OrderID) {
        // It may have been cancelled since it was admitted.
        guard let exchange = exchanges[id] else { return }
        do {
            let handle = try exchange.makeHandle(
                options,
                from: exchange.sharesHandles ? usedHandles.popLast() : nil
            )
            try MultiHandle.check(curl_multi_add_handle(multi.raw, handle.raw))
            exchange.handle = handle
            watch(exchange)
        } catch {
            finish(exchange, .failure(error))
        }
    }

    // MARK: Ends

    private func concludeTransfers() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi.raw, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            let result = message.pointee.data.result
            var context: UnsafeMutableRawPointer?
            guard callark_easy_get_pointer(easy, CURLINFO_PRIVATE, &context) == CURLE_OK, let context else { continue }
            conclude(Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue(), result)
        }
    }

    private func conclude(_ exchange: Exchange, _ result: CURLcode) {
        let origin = exchange.address.origin
        switch exchange.conclude(result) {
        case .finished(let answer): finish(exchange, answer)
        case .redirected:
            detach(exchange, from: origin)
            claimSlot(exchange)
        }
    }

    private func finish(_ exchange: Exchange, _ answer: Result<ResponseHead, TransferError>) {
        exchanges[exchange.order.id] = nil
        uploads[exchange.order.id] = nil
        let handle = exchange.handle
        detach(exchange, from: exchange.address.origin)
        if case .success = answer, let handle, exchange.sharesHandles, usedHandles.count < maxUsedHandles {
            usedHandles.append(handle)
        }
        // This comes last: from here on the sink belongs to the caller again.
        exchange.order.continuation.resume(returning: answer)
    }

    /// Removes the exchange from libcurl, and gives its slot, or its place in the queue, to the next.
    private func detach(_ exchange: Exchange, from origin: String) {
        if let handle = exchange.handle {
            // Fails only for a handle that does not belong to this one.
            curl_multi_remove_handle(multi.raw, handle.raw)
            exchange.handle = nil
        }
        guard case .download = exchange.order.kind else { return }
        if exchange.isAdmitted {
            exchange.isAdmitted = false
            slots.release(origin)
        } else {
            slots.withdraw(exchange.order.id, from: origin)
        }
    }

    private func finishAll(because end: TransferError) {
        for exchange in exchanges.values { finish(exchange, .failure(end)) }
        for case .start(let order) in inbox.close(because: end) {
            order.continuation.resume(returning: .failure(end))
        }
    }

    // MARK: Paces

    private func resumePaced() {
        let now = ContinuousClock.now
        for exchange in Array(uploads.values) {
            guard let instant = exchange.pacedUntil, instant <= now else { continue }
            let code = exchange.resumeSending()
            watch(exchange)
            if code != CURLE_OK { conclude(exchange, code) }
        }
    }

    // MARK: Silence and slowness

    /// Makes sure that the next check of the clock is not too late for this exchange.
    private func watch(_ exchange: Exchange) {
        guard let deadline = exchange.nextSpeedCheck(now: .now) else { return }
        nextSpeedCheck = min(nextSpeedCheck ?? deadline, deadline)
    }

    private func endSlow() {
        let now = ContinuousClock.now
        guard let check = nextSpeedCheck, check <= now else { return }
        nextSpeedCheck = nil
        for exchange in Array(exchanges.values) {
            if let slowness = exchange.slowness(now: now) {
                if exchange.isRedirected {
                    conclude(exchange, CURLE_OPERATION_TIMEDOUT)
                } else {
                    finish(exchange, .failure(slowness))
                }
            } else if let deadline = exchange.nextSpeedCheck(now: now) {
                nextSpeedCheck = min(nextSpeedCheck ?? deadline, deadline)
            }
        }
    }
}

extension TransferError {
    fileprivate static func cancelled(_ address: WebAddress) -> TransferError {
        TransferError(.cancelled, "\(address.place): cancelled")
    }
}
