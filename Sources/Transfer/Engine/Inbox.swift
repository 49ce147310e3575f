import CCurl
import Synchronization

/// How other threads speak to one of the engine's: they leave a command and wake it.
final class Inbox: Sendable {
    enum Command: Sendable {
        case start(Order)
        /// It waited for a slot, and has one.
        case admit(OrderID)
        case cancel(OrderID)
        case resume(OrderID)
    }

    private struct State {
        /// Here while the thread runs, so that nobody wakes a handle that is gone.
        var multi: MultiHandle?
        var commands: [Command] = []
        /// Whether the thread waits for libcurl's sockets, or is about to: a wake-up takes longer than a command.
        var isAsleep = false
        var lastOrder: UInt64 = 0
        /// Why no more orders are taken, once that is so.
        var end: TransferError?
        /// Whether the thread has done its last.
        var hasEnded = false
        /// Those who wait for that.
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let lane: Int
    private let state: Mutex<State>

    /// - Parameter lane: which of the engine's threads takes from it.
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

    /// Leaves a command; none is taken after the end, when there is nothing left to cancel or resume.
    /// - Throws: why an order is not taken.
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

    /// The commands left since the last time.
    /// - Throws: why the thread is to end, once it is.
    func take() throws(TransferError) -> [Command] {
        try state.withLock { state throws(TransferError) in
            state.isAsleep = false
            if let end = state.end { throw end }
            defer { state.commands = [] }
            return state.commands
        }
    }

    /// Asked by the thread before it waits.
    /// - Returns: whether it may: not where there are commands already.
    func fallAsleep() -> Bool {
        state.withLock { state in
            state.isAsleep = state.commands.isEmpty && state.end == nil
            return state.isAsleep
        }
    }

    /// The thread's farewell to its handle.
    /// - Returns: the commands that nobody will carry out.
    func close(because end: TransferError) -> [Command] {
        state.withLock { state in
            state.end = state.end ?? end
            state.multi = nil
            defer { state.commands = [] }
            return state.commands
        }
    }

    /// The last thing that the thread does.
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
/// Unchecked: everything but `wake` is called by one thread of the engine's, once `init` is over; `wake` may be called from any
/// thread (curl_multi_wakeup(3)) as long as the handle exists, which whoever calls it holds on to.
final class MultiHandle: @unchecked Sendable {
    let raw: UnsafeMutableRawPointer
    private var isClosed = false

    /// - Parameter keptConnections: idle and busy ones together, to all hosts.
    init(keptConnections: Int) throws(TransferError) {
        guard Self.isCurlInitialized else { throw TransferError(.other, "libcurl cannot be initialised") }
        guard let raw = curl_multi_init() else { throw TransferError(.other, "out of memory for the transfer engine") }
        self.raw = raw
        try Self.check(callark_multi_set_long(raw, CURLMOPT_MAXCONNECTS, keptConnections))
    }

    deinit {
        close()
    }

    /// Closes the connections. Called when nobody can wake the handle any more.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        // Fails only for a handle that is none.
        curl_multi_cleanup(raw)
    }

    func wake() {
        // Fails only where a wake-up is under way already.
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
