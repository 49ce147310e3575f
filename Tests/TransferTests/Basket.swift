import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Transfer

/// A sink that keeps everything, answers as the test says, and notices calls that must not come.
final class Basket: DownloadSink {
    struct State {
        var heads: [ResponseHead] = []
        var bytes = Data()
        var chunks = 0
        var resumption: Resumption?
        var isClosed = false
        var callsAfterClosing = 0
    }

    enum Event: Equatable {
        case begun, received, paused
    }

    typealias Verdict = @Sendable (borrowing State) -> SinkVerdict

    private let state = Mutex(State())
    private let events: AsyncStream<Event>
    private let report: AsyncStream<Event>.Continuation
    private let atBegin: Verdict
    private let atBytes: Verdict

    init(begin: @escaping Verdict = { _ in .proceed }, receive: @escaping Verdict = { _ in .proceed }) {
        (events, report) = AsyncStream.makeStream()
        atBegin = begin
        atBytes = receive
    }

    func begin(_ head: ResponseHead, resumption: Resumption) -> SinkVerdict {
        let verdict = state.withLock { state in
            if state.isClosed { state.callsAfterClosing += 1 }
            state.heads.append(head)
            state.resumption = resumption
            return atBegin(state)
        }
        report.yield(.begun)
        if case .pause = verdict { report.yield(.paused) }
        return verdict
    }

    func receive(_ bytes: UnsafeRawBufferPointer) -> SinkVerdict {
        let verdict = state.withLock { state in
            if state.isClosed { state.callsAfterClosing += 1 }
            state.chunks += 1
            let verdict = atBytes(state)
            if case .proceed = verdict { state.bytes.append(contentsOf: bytes) }
            return verdict
        }
        if case .pause = verdict { report.yield(.paused) } else { report.yield(.received) }
        return verdict
    }

    /// Waits until the engine has reached this event, or the basket is closed.
    func reached(_ event: Event) async {
        for await next in events where next == event { return }
    }

    /// Resumes whenever the sink has paused, until the basket is closed.
    func keepResuming() async {
        for await next in events where next == .paused { resume() }
    }

    func resume() { state.withLock { $0.resumption }?.resume() }

    /// From here on, the engine must not call the sink.
    func close() {
        state.withLock { $0.isClosed = true }
        report.finish()
    }

    var heads: [ResponseHead] { state.withLock { $0.heads } }
    var bytes: Data { state.withLock { $0.bytes } }
    var text: String { String(decoding: bytes, as: UTF8.self) }
    var chunks: Int { state.withLock { $0.chunks } }
    var callsAfterClosing: Int { state.withLock { $0.callsAfterClosing } }
}

/// Runs `body` with an engine of its own, and shuts it down.
func withEngine<Value>(
    connectionsPerHost: Int = 16,
    threads: Int = 2,
    certificates: String? = nil,
    connectTimeout: Duration = .seconds(10),
    _ body: (TransferEngine) async throws -> Value
) async throws -> Value {
    let engine = try TransferEngine(
        TransferEngine.Configuration(
            additionalCertificatesFile: certificates,
            userAgent: "callark-tests",
            connectTimeout: connectTimeout,
            maximumConnectionsPerHost: connectionsPerHost,
            threads: threads
        )
    )
    do {
        let value = try await body(engine)
        await engine.shutDown()
        return value
    } catch {
        await engine.shutDown()
        throw error
    }
}

/// Runs `body` with an engine and a server that answers each connection with `answer`.
func withServer<Value>(
    connectionsPerHost: Int = 16,
    threads: Int = 2,
    answer: @escaping @Sendable (Peer) -> Void,
    _ body: (TransferEngine, RawServer) async throws -> Value
) async throws -> Value {
    let server = try RawServer(answer: answer)
    defer { server.stop() }
    return try await withEngine(connectionsPerHost: connectionsPerHost, threads: threads) {
        try await body($0, server)
    }
}

/// Tries `body` with longer and longer timeouts until it reports that it was not merely the machine's load that
/// prevented it: short on a fast machine, and no false alarm on a slow one.
func withPatience(_ body: (Duration) async throws -> Bool) async throws {
    for timeout in [300, 1000, 3000, 9000] where try await body(.milliseconds(timeout)) { return }
    Issue.record("the machine is too slow for this test, or the engine gives up too early")
}

/// The error that `body` ends with; `nil` if it succeeds.
func failure(_ body: () async throws -> Void) async -> TransferError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? TransferError
    }
}

extension DownloadRequest {
    init(_ url: URL, headers: HTTPHeaders = [:], stallTimeout: Duration = .seconds(30)) {
        self.init(url: url, headers: headers, hosts: HostPolicy(), stallTimeout: stallTimeout)
    }
}

/// A folder for `body`, removed after it.
func withTemporaryFolder<Value>(_ body: (URL) async throws -> Value) async throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appending(path: "callark-transfer-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder)
}
