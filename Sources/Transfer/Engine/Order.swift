import Foundation
import Synchronization

/// The number of an order of an engine, and the thread that has it.
struct OrderID: Hashable, Sendable {
    let lane: Int
    let number: UInt64
}

/// One request for a thread of the engine, and how its result gets back.
struct Order: Sendable {
    let id: OrderID
    let kind: Kind
    /// The first address of the request; checked.
    let address: WebAddress
    let sink: any DownloadSink
    let cancellation: CancellationFlag
    let continuation: CheckedContinuation<Result<ResponseHead, TransferError>, Never>

    enum Kind: Sendable {
        case call(HTTPRequest)
        case download(DownloadRequest)
        case upload(UploadRequest)
    }
}

/// Set before the engine is asked to cancel, so that an order that arrives after its own cancellation is not started.
final class CancellationFlag: Sendable {
    private let flag = Atomic(false)

    var isSet: Bool { flag.load(ordering: .acquiring) }
    func set() { flag.store(true, ordering: .releasing) }
}

/// Gathers an API answer's body in memory.
final class BodyCollector: DownloadSink {
    let limit: Int
    /// Written by a thread of the engine; read by the caller, after the exchange.
    private let bytes = Mutex(Data())

    /// Whether a body follows a head that declares its length: not for HEAD.
    private let expectsBody: Bool

    init(limit: Int, expectsBody: Bool = true) {
        self.limit = limit
        self.expectsBody = expectsBody
    }

    var body: Data { bytes.withLock { $0 } }

    func begin(_ head: ResponseHead, resumption: Resumption) -> SinkVerdict {
        guard expectsBody, let length = head.contentLength else { return .proceed }
        guard length <= Int64(limit) else { return .refuse }
        bytes.withLock { $0.reserveCapacity(Int(length)) }
        return .proceed
    }

    func receive(_ chunk: UnsafeRawBufferPointer) -> SinkVerdict {
        bytes.withLock { bytes in
            guard bytes.count + chunk.count <= limit else { return .refuse }
            bytes.append(contentsOf: chunk)
            return .proceed
        }
    }
}
