import Crypto
import Foundation
import Recordings
import Synchronization
import Transfer

extension ObjectStore {
    package func stream(
        _ key: ObjectKey,
        version: ObjectVersion?,
        range: Range<Int64>?,
        to receive: @escaping @Sendable (UnsafeRawBufferPointer) throws(ObjectStoreError) -> Void
    ) async throws(ObjectStoreError) {
        if let range, range.isEmpty { return }
        var reading = StreamReading(range)
        var course = StoreExchange.Course()
        while true {
            var request = StoreRequest(.get, key, "read")
            request.select(version)
            request.fields = reading.fields
            let before = reading.place
            guard let failure = try await streamOnce(request, &reading, version, receive) else { return }
            // Attempts count only in a row without a byte, and credentials may end more than once in a long reading.
            if reading.place > before { course = StoreExchange.Course() }
            try await exchange.recover(from: failure, &course)
        }
    }

    package func digest(
        of key: ObjectKey,
        version: ObjectVersion?
    ) async throws(ObjectStoreError) -> (ContentDigest, Int64) {
        let digester = StreamDigester()
        try await stream(key, version: version, range: nil) { bytes throws(ObjectStoreError) in digester.add(bytes) }
        return digester.result
    }

    /// - Returns: what ended the attempt before the last byte; `nil` if nothing did.
    private func streamOnce(
        _ request: StoreRequest,
        _ reading: inout StreamReading,
        _ version: ObjectVersion?,
        _ receive: @escaping @Sendable (UnsafeRawBufferPointer) throws(ObjectStoreError) -> Void
    ) async throws(ObjectStoreError) -> StoreFailure? {
        let (url, headers, signature) = try await exchange.sign(request)
        var download = DownloadRequest(url: url, headers: headers, hosts: HostPolicy())
        download.followsRedirects = false
        download.stallTimeout = exchange.patience.stall
        let sink = StreamSink(from: reading.isRanged ? reading.place : nil, to: receive)
        let head: ResponseHead
        do throws(TransferError) {
            head = try await exchange.engine.download(download, into: sink)
        } catch {
            let outcome = sink.outcome
            if let failure = outcome.failure { throw failure }
            reading.advance(by: outcome.received, outcome.head?.headers)
            guard error.code == .unwanted else { return StoreFailure(error, to: request) }
            throw ObjectStoreError(.unsupported, "\(request.subject): the store does not give ranges")
        }
        guard head.status == 200 || head.status == 206 else {
            // No range begins after the last byte.
            if head.status == 416, reading.isRange, reading.tag == nil { return nil }
            let response = HTTPResponse(status: head.status, headers: head.headers, body: sink.outcome.errorText)
            return StoreFailure(response, to: request, signedWith: signature)
        }
        try check(head.headers, for: request, version)
        reading.advance(by: sink.outcome.received, head.headers)
        guard head.endIsMarked, reading.isComplete else {
            let cut = TransferError(.cutShort, "the object is longer than what arrived")
            return StoreFailure(cut, to: request)
        }
        return nil
    }
}

/// How far an object has been read, over all attempts.
struct StreamReading: Sendable {
    private(set) var place: Int64
    private let end: Int64?
    let isRange: Bool
    /// What the object was called when the first bytes arrived, so that no bytes of another one follow.
    private(set) var tag: String?
    private var total: Int64?

    init(_ range: Range<Int64>?) {
        place = range?.lowerBound ?? 0
        end = range?.upperBound
        isRange = range != nil
    }

    /// The fields of the request for the rest.
    var fields: [(name: String, value: String)] {
        guard isRanged else { return [] }
        var fields = [(name: "Range", value: "bytes=\(place)-\(end.map { "\($0 - 1)" } ?? "")")]
        if let tag { fields.append(("If-Match", tag)) }
        return fields
    }

    /// Whether not all bytes are asked for.
    var isRanged: Bool { isRange || place > 0 }

    /// Whether the last byte has arrived, after an answer that was complete in itself.
    var isComplete: Bool {
        guard let total else { return end.map { place >= $0 } ?? true }
        return place >= min(end ?? total, total)
    }

    /// - Parameter headers: of the answer; `nil` if it did not begin.
    mutating func advance(by count: Int64, _ headers: HTTPHeaders?) {
        if let headers {
            tag = tag ?? headers["ETag"]
            let whole = isRanged ? nil : headers["Content-Length"].flatMap { Int64($0) }
            total = total ?? ContentRange(headers["Content-Range"])?.total ?? whole
        }
        place += count
    }
}

/// Hashes and counts what arrives. Used by one thread of the engine at a time, and afterwards by the caller.
final class StreamDigester: Sendable {
    private let state = Mutex((hash: SHA256(), count: Int64(0)))

    func add(_ bytes: UnsafeRawBufferPointer) {
        state.withLock {
            $0.hash.update(bufferPointer: bytes)
            $0.count += Int64(bytes.count)
        }
    }

    var result: (ContentDigest, Int64) { state.withLock { (ContentDigest($0.hash.finalize()), $0.count) } }
}
