import Archiver
import Files
import Foundation
import Recordings

/// Hands a command's work to the service that runs over its root.
package struct HandoverClient: Sendable {
    /// Takes what the work writes.
    package struct Sink: Sendable {
        package var output: @Sendable ([UInt8]) -> Void
        package var error: @Sendable ([UInt8]) -> Void
        package var progress: @Sendable (String?) -> Void

        package init(
            output: @escaping @Sendable ([UInt8]) -> Void,
            error: @escaping @Sendable ([UInt8]) -> Void,
            progress: @escaping @Sendable (String?) -> Void
        ) {
            self.output = output
            self.error = error
            self.progress = progress
        }
    }

    private let socket: HandoverSocket

    /// - Returns: `nil` if no service runs over the root.
    package init?(to root: ArchiveRoot) throws(ArchiveError) {
        guard let socket = try HandoverSocket.connected(to: root) else { return nil }
        self.socket = socket
    }

    /// Has the work done.
    /// - Parameter stop: ends it in an orderly way.
    /// - Returns: how it ended; `nil` if the service did not begin it.
    package func run(_ order: HandoverOrder, stop: StopRequest, _ sink: Sink) async throws -> HandoverEnd? {
        let socket = socket
        let bytes = try JSONBody.bytes(order)
        return await withTaskGroup(of: HandoverEnd?.self) { group in
            group.addTask {
                await stop.wait()
                if !Task.isCancelled { _ = socket.write(HandoverSocket.Frame(kind: .stop)) }
                return nil
            }
            defer { group.cancelAll() }
            return await BlockingWork.run { _ in Self.exchange(socket, bytes, sink) }
        }
    }

    private static func exchange(_ socket: HandoverSocket, _ order: [UInt8], _ sink: Sink) -> HandoverEnd? {
        guard socket.write(HandoverSocket.Frame(kind: .order, bytes: order)) else { return nil }
        var hasBegun = false
        while let frame = socket.read() {
            switch frame.kind {
            case .begun: hasBegun = true
            case .output: sink.output(frame.bytes)
            case .error: sink.error(frame.bytes)
            case .progress: sink.progress(frame.bytes.isEmpty ? nil : String(decoding: frame.bytes, as: UTF8.self))
            case .end:
                sink.progress(nil)
                return try? JSONDecoder().decode(HandoverEnd.self, from: Data(frame.bytes))
            case .order, .stop: break
            }
        }
        sink.progress(nil)
        guard hasBegun else { return nil }
        return HandoverEnd(
            status: 75,
            error: "the service ended before it had finished this; nothing that it stored is lost, run it again"
        )
    }
}
