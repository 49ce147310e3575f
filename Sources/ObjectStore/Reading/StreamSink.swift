import Foundation
import Synchronization
import Transfer

/// Takes one answer's body: to the receiver if it is what was asked for, into memory if it is an error's text.
final class StreamSink: DownloadSink {
    private let receive: @Sendable (UnsafeRawBufferPointer) throws(ObjectStoreError) -> Void
    private let start: Int64?
    /// Used by a thread of the engine, and afterwards by the caller.
    private let state = Mutex(State())

    struct State {
        /// Why the body is not taken.
        var failure: ObjectStoreError?
        var head: ResponseHead?
        var received: Int64 = 0
        var errorText = Data()
        var isWanted = false
    }

    private static let longestErrorText = 64 << 10

    /// - Parameter start: the first byte that was asked for; `nil` if all were, without a range.
    init(
        from start: Int64?,
        to receive: @escaping @Sendable (UnsafeRawBufferPointer) throws(ObjectStoreError) -> Void
    ) {
        self.start = start
        self.receive = receive
    }

    var outcome: State { state.withLock { $0 } }

    func begin(_ head: ResponseHead, resumption: Resumption) -> SinkVerdict {
        let isWanted =
            switch head.status {
            case 206: start != nil && ContentRange(head.headers["Content-Range"])?.range.lowerBound == start
            case 200: start == nil
            default: false
            }
        state.withLock {
            $0.isWanted = isWanted
            $0.head = head
        }
        return isWanted || head.status >= 300 ? .proceed : .refuse
    }

    func receive(_ bytes: UnsafeRawBufferPointer) -> SinkVerdict {
        state.withLock { state in
            guard state.isWanted else {
                state.errorText.append(contentsOf: bytes.prefix(Self.longestErrorText - state.errorText.count))
                return .proceed
            }
            do throws(ObjectStoreError) {
                try receive(bytes)
            } catch {
                state.failure = error
                return .refuse
            }
            state.received += Int64(bytes.count)
            return .proceed
        }
    }
}
