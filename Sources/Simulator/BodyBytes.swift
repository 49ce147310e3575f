import FlyingSocks
import Foundation

/// The bytes of one answer while they are sent, with the requested pace and faults.
struct BodyBytes: AsyncBufferedSequence {
    typealias Element = UInt8

    let response: Response
    let fault: Fault?
    /// Resets the connection instead of closing it.
    let reset: @Sendable () -> Void
    let sent: @Sendable (Int) -> Void

    func makeAsyncIterator() -> Iterator {
        if case .lines(let make) = response.body { return Iterator(bytes: self, lines: make()) }
        return Iterator(bytes: self, lines: nil)
    }

    struct Iterator: AsyncBufferedIteratorProtocol {
        let bytes: BodyBytes
        let lines: AnyIterator<Data>?
        private var offset = 0
        private var stalled = false

        init(bytes: BodyBytes, lines: AnyIterator<Data>?) {
            self.bytes = bytes
            self.lines = lines
        }

        mutating func next() async throws -> UInt8? { try await nextBuffer(suggested: 1)?.first }

        mutating func nextBuffer(suggested count: Int) async throws -> Data? {
            let count = try await limit(count)
            guard let part = part(count) else { return nil }
            offset += part.count
            bytes.sent(part.count)
            return part
        }

        /// How much may be sent now; waits or throws if the fault says so.
        private mutating func limit(_ count: Int) async throws -> Int {
            switch bytes.fault {
            case .truncate(let end), .truncateChunked(let end):
                return try rest(before: end, count)
            case .reset(let end):
                do { return try rest(before: end, count) } catch {
                    bytes.reset()
                    throw error
                }
            case .stall(let place, let duration):
                if offset < place { return Swift.min(count, place - offset) }
                if !stalled { try await Task.sleep(for: duration) }
                stalled = true
                return count
            case .slow(let pace):
                let part = Swift.min(count, Swift.max(1, pace / 20))
                try await Task.sleep(for: .microseconds(part * 1_000_000 / Swift.max(1, pace)))
                return part
            default:
                return count
            }
        }

        /// At least one byte is always held back, so that a short body is cut, too.
        private func rest(before end: Int, _ count: Int) throws -> Int {
            let end = Swift.min(end, (bytes.response.byteCount ?? .max) - 1)
            guard offset < end else { throw ConnectionCut() }
            return Swift.min(count, end - offset)
        }

        private func part(_ count: Int) -> Data? {
            switch bytes.response.body {
            case .bytes(let data):
                let part = data.dropFirst(offset).prefix(count)
                return part.isEmpty ? nil : part
            case .sound(let reader, let range):
                let place = range.lowerBound + offset
                guard place < range.upperBound else { return nil }
                return reader.bytes(from: place, count: Swift.min(count, range.upperBound - place))
            case .lines:
                while let line = lines?.next() {
                    if !line.isEmpty { return line }
                }
                return nil
            }
        }
    }
}

/// Thrown in the middle of a body, which makes the server close the connection.
struct ConnectionCut: Error {}
