import Files
import Foundation
import Glibc

/// A connection to the tested server that can send any bytes.
final class Connection: Sendable {
    private let descriptor: Int32

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else {
            let code = errno
            close(descriptor)
            throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EIO)
        }
        // No test needs a longer timeout.
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    /// Sends bytes until all are sent or the server has closed the connection.
    /// - Returns: whether all were sent.
    @discardableResult
    func send(_ bytes: [UInt8]) async -> Bool {
        let descriptor = descriptor
        return await BlockingWork.run { _ in
            var sent = 0
            while sent < bytes.count {
                let count = bytes[sent...].withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return false }
                sent += count
            }
            return true
        }
    }

    /// Reads the available bytes. Waits if there are none.
    /// - Returns: no bytes once the server has closed the connection.
    /// - Throws: if nothing came for a minute.
    func receive(_ most: Int = 1 << 16) async throws -> [UInt8] {
        let descriptor = descriptor
        return try await BlockingWork.run { _ in
            var buffer = [UInt8](repeating: 0, count: most)
            let count = recv(descriptor, &buffer, most, 0)
            if count < 0, errno == EAGAIN { throw POSIXError(.ETIMEDOUT) }
            return count > 0 ? Array(buffer[..<count]) : []
        }
    }

    /// Reads until the server closes the connection.
    func receiveAll() async throws -> [UInt8] {
        var all: [UInt8] = []
        while case let some = try await receive(), !some.isEmpty { all += some }
        return all
    }
}
