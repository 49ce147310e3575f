import Files
import ObjectStore
import Recordings
import Synchronization

/// The bytes of an object, read by range when they are asked for. Every call waits for the network: never use it on the
/// cooperative pool.
///
/// A reader that announces the next bytes (``ByteUse/soon(_:)``) gets them by one request, up to 32 MiB at a time.
/// Otherwise the first request has 256 KiB, and as long as they are read one after the other, each has twice as many as the
/// one before.
package final class ObjectSource: ByteSource {
    package let name: String
    package let byteCount: Int64
    private let store: any ObjectStoring
    private let key: ObjectKey
    private let version: ObjectVersion?
    /// Guards what was read, for readers on several threads. It is never held during a request.
    private let state = Mutex(State())

    fileprivate struct State {
        /// The bytes of the last request, and where they begin.
        var bytes: [UInt8] = []
        var start: Int64 = 0
        /// What was announced and not read yet.
        var announced: Range<Int64> = 0..<0
        var leastSize = ObjectSource.leastBytes
        var nextSize = ObjectSource.leastBytes
        var requests = 0
        var requestedBytes: Int64 = 0
    }

    fileprivate static let leastBytes: Int64 = 256 << 10
    /// For readers of headers that skip the rest.
    fileprivate static let leastScattered: Int64 = 16 << 10
    fileprivate static let mostBytes: Int64 = 8 << 20
    fileprivate static let mostAnnounced: Int64 = 32 << 20

    /// Asks for nothing yet.
    /// - Parameter place: the vault, for messages.
    package init(
        _ store: any ObjectStoring,
        _ key: ObjectKey,
        version: ObjectVersion?,
        byteCount: Int64,
        in place: String
    ) {
        self.store = store
        self.key = key
        self.version = version
        self.byteCount = byteCount
        name = "\(place)/\(key)"
    }

    /// How many requests were made, and how many bytes they gave.
    package var cost: VaultCost {
        state.withLock { VaultCost(requests: $0.requests, byteCount: $0.requestedBytes) }
    }

    package func expect(_ use: ByteUse) {
        switch use {
        case .soon(let range): state.withLock { $0.announced = range }
        case .scattered: state.withLock { $0.leastSize = Self.leastScattered }
        case .forwards: state.withLock { $0.leastSize = Self.leastBytes }
        case .uncached: break
        }
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(ArchiveError) -> Int {
        let end = min(offset + Int64(buffer.count), byteCount)
        var position = offset
        while position < end {
            let target = UnsafeMutableRawBufferPointer(
                rebasing: buffer[Int(position - offset)..<Int(end - offset)]
            )
            let copied = state.withLock { $0.copy(to: target, from: position) }
            position += Int64(copied)
            if copied == 0 { try load(position, atLeast: end - position) }
        }
        return Int(max(0, end - offset))
    }

    private func load(_ position: Int64, atLeast count: Int64) throws(ArchiveError) {
        let range = state.withLock { $0.nextRequest(at: position, atLeast: count, of: byteCount) }
        let (store, key, version) = (store, key, version)
        let bytes: [UInt8]
        do throws(ObjectStoreError) {
            bytes = try Blocking.wait { () async throws(ObjectStoreError) in
                try await store.read(key, version: version, range: range)
            }
        } catch {
            throw VaultError(error).reading(name)
        }
        guard bytes.count == range.count else {
            throw .damaged(
                "\(name) has \(byteCount) bytes, and ends at \(range.lowerBound + Int64(bytes.count))",
                path: name
            )
        }
        state.withLock { $0.take(bytes, at: range.lowerBound) }
    }
}

extension ObjectSource.State {
    fileprivate func copy(to target: UnsafeMutableRawBufferPointer, from position: Int64) -> Int {
        guard position >= start, position < start + Int64(bytes.count) else { return 0 }
        let first = Int(position - start)
        let count = min(target.count, bytes.count - first)
        bytes.withUnsafeBytes { target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[first..<(first + count)])) }
        return count
    }

    fileprivate mutating func nextRequest(at position: Int64, atLeast count: Int64, of size: Int64) -> Range<Int64> {
        if announced.contains(position) {
            let end = min(announced.upperBound, position + ObjectSource.mostAnnounced, size)
            return position..<max(end, min(position + count, size))
        }
        let follows = !bytes.isEmpty && position == start + Int64(bytes.count)
        nextSize = follows ? min(2 * nextSize, ObjectSource.mostBytes) : leastSize
        return position..<min(position + max(count, nextSize), size)
    }

    fileprivate mutating func take(_ bytes: [UInt8], at start: Int64) {
        self.bytes = bytes
        self.start = start
        requests += 1
        requestedBytes += Int64(bytes.count)
    }
}
