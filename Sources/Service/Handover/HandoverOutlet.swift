import Files
import Synchronization

/// Takes what handed-over work writes, and sends it to the command that handed it over. Nobody waits for a slow reader: what it
/// has not read is kept, up to a bound. Beyond it, the connection ends.
package final class HandoverOutlet: Sendable {
    package let streams: HandoverOrder.Streams

    /// How many bytes are kept for the command at most.
    private static let mostBytes = 64 << 20
    /// While more than this waits, progress is not sent.
    private static let mostBeforeProgress = 64 << 10

    private let socket: HandoverSocket
    /// How many bytes wait to be sent.
    private let waiting: Mutex<Int>
    private let frames: AsyncStream<HandoverSocket.Frame>
    private let queue: AsyncStream<HandoverSocket.Frame>.Continuation

    init(_ socket: HandoverSocket, _ streams: HandoverOrder.Streams) {
        self.socket = socket
        self.streams = streams
        waiting = Mutex(0)
        (frames, queue) = AsyncStream.makeStream()
    }

    /// Writes to the command's standard output.
    package func output(_ bytes: [UInt8]) {
        for begin in stride(from: 0, to: bytes.count, by: 1 << 20) {
            send(.output, Array(bytes[begin..<min(begin + 1 << 20, bytes.count)]))
        }
    }

    /// Writes a line to the command's standard error.
    package func error(_ line: [UInt8]) { send(.error, line) }

    /// Shows the progress line; `nil` removes it.
    package func progress(_ text: String?) {
        guard text == nil || waiting.withLock({ $0 }) < Self.mostBeforeProgress else { return }
        send(.progress, Array((text ?? "").utf8))
    }

    func begin() { send(.begun, []) }

    /// Sends the end, after which nothing is sent.
    func end(_ end: HandoverEnd) {
        send(.end, (try? JSONBody.bytes(end)) ?? [])
        queue.finish()
    }

    private func send(_ kind: HandoverSocket.Kind, _ bytes: [UInt8]) {
        let isFull = waiting.withLock { waiting in
            waiting += bytes.count + 5
            return waiting > Self.mostBytes
        }
        if isFull { socket.end() } else { queue.yield(HandoverSocket.Frame(kind: kind, bytes: bytes)) }
    }

    /// Sends what there is, until the end.
    func run() async {
        for await frame in frames {
            let socket = socket
            let isTaken = await BlockingWork.run { _ in socket.write(frame) }
            waiting.withLock { $0 -= frame.bytes.count + 5 }
            if !isTaken { socket.end() }
        }
        socket.end()
    }
}
