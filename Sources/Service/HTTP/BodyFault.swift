import HTTPTypes
import Hummingbird
import NIOCore

/// Why the body of a request cannot be used.
enum BodyFault: Error {
    /// It has more bytes than it may.
    case tooLarge
    /// The client has gone away, or what it sends is not HTTP.
    case broken
}

extension Request {
    /// All bytes of the body.
    /// - Throws: ``BodyFault``; `CancellationError`.
    func wholeBody(atMost limit: Int) async throws -> [UInt8] {
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > limit { throw BodyFault.tooLarge }
        var bytes: [UInt8] = []
        do {
            for try await buffer in body {
                guard bytes.count + buffer.readableBytes <= limit else { throw BodyFault.tooLarge }
                bytes.append(contentsOf: buffer.readableBytesView)
            }
        } catch let fault as BodyFault {
            throw fault
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw BodyFault.broken
        }
        return bytes
    }
}
