import CCurl
import Synchronization

/// How other threads reach a thread of the engine: they leave a command and wake it.
final class Inbox: Sendable {
    enum Command: Sendable {
        case start(Order)
        /// It waited for a slot, and has one now.
        case admit(OrderID)
        case cancel(OrderID)
        case resume(OrderID)
    }

    private struct State {
        /// Set while the thread runs, so that no one wakes a handle that no longer exists.
        var multi: MultiHandle?
        var commands: [Command] = []
        /// Whether the thread waits for libcurl's sockets, or is about to; a wake-up takes longer than a command.
        var isAsleep = false
        var lastOrder: UInt64 = 0
        /// Why no more orders are accepted; `nil` while they are.
        var end: TransferError?
        /// Whether the thread has ended.
        var hasEnded = false
        /// Callers that wait for the end.
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let lane: Int
    private let state: Mutex<State>

    /// - Parameter lane: the thread of the engine that takes commands from it.
    init(lane: Int, waking multi: MultiHandle) {
        self.lane = lane
        state = Mutex(State(multi: multi))
    }

    func makeID() -> OrderID {
        state.withLock {
            $0.lastOrder += 1
            return OrderID(lane: lane, number: $0.lastOrder)
        }
    }

    /// Leaves a command; after the end none is accepted, because nothing is left to cancel or resume.
    /// - Throws: why an order is not accepted.
    func post(_ command: Command) throws(TransferError) {
        let refusal = state.withLock { state -> TransferError? in
            if let end = state.end { return end }
            state.commands.append(command)
            if state.isAsleep { state.multi?.wake() }
            state.isAsleep = false
            return nil
        }
        if let refusal { throw refusal }
    }

    /// Asks the thread to end; `waiting` is resumed when it has.
    func stop(because end: TransferError = .shutDown, waiting: CheckedContinuation<Void, Never>? = nil) {
        let ended = state.withLock { state in
            guard !state.hasEnded else { return true }
            state.end = state.end ?? end
            if let waiting { state.waiting.append(waiting) }
            state.multi?.wake()
            return false
        }
        if ended { waiting?.resume() }
    }

    /// The commands left since the last call.
    /// - Throws: why the thread has to end, if it has to.
    func take() throws(TransferError) -> [Command] {
        try state.withLock { state throws(TransferError) in
            state.isAsleep = false
            if let end = state.end { throw end }
            defer { state.commands = [] }
            return state.commands
        }
    }

    /// Called by the thread before it waits.
    /// - Returns: whether it may wait: not if there are commands already.
    func prepareToWait() -> Bool {
        state.withLock { state in
            state.isAsleep = state.commands.isEmpty && state.end == nil
            return state.isAsleep
        }
    }

    /// Called when the thread gives up its handle.
    /// - Returns: the commands that no one will carry out.
    func close(because end: TransferError) -> [Command] {
        state.withLock { state in
            state.end = state.end ?? end
            state.multi = nil
            defer { state.commands = [] }
            return state.commands
        }
    }

    /// Called last by the thread.
    func announceEnd() {
        let waiting = state.withLock { state in
            state.hasEnded = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

extension TransferError {
    static let shutDown = TransferError(.cancelled, "the transfer engine has been shut down")
}

/// libcurl's handle of many transfers.
///
/// Unchecked: after `init`, one thread of the engine calls everything except `wake`. Any thread may call `wake`
/// (curl_multi_wakeup(3)) as long as the handle exists, and its callers keep the handle alive.
final class MultiHandle: @unchecked Sendable {
    let raw: UnsafeMutableRawPointer
    private var isClosed = false

    /// - Parameter keptConnections: idle and busy ones, to all hosts.
    init(keptConnections: Int) throws(TransferError) {
        guard Self.isCurlInitialized else { throw TransferError(.other, "libcurl cannot be initialised") }
        guard let raw = curl_multi_init() else { throw TransferError(.other, "out of memory for the transfer engine") }
        self.raw = raw
        try Self.check(callark_multi_set_long(raw, CURLMOPT_MAXCONNECTS, keptConnections))
    }

    deinit {
        close()
    }

    /// Closes the connections. Called when no one can wake the handle any more.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        // Fails only for an invalid handle.
        curl_multi_cleanup(raw)
    }

    func wake() {
        // Fails only if a wake-up is already in progress.
        curl_multi_wakeup(raw)
    }

    static func check(_ code: CURLMcode) throws(TransferError) {
        guard code == CURLM_OK else {
            throw TransferError(
                .other,
                "the transfer engine has failed: \(String(cString: curl_multi_strerror(code)).asDetail)"
            )
        }
    }

    private static let isCurlInitialized = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
}
