import Foundation
import Synchronization

/// A server on 127.0.0.1 that sends exactly the bytes that a test wants, right or wrong. Each connection has a thread
/// of its own, in which `answer` runs.
package final class RawServer: Sendable {
    package let port: Int
    private let listener: Int32
    /// Open connections, so that `stop` can end threads that wait on them.
    private let open = Mutex<Set<Int32>>([])
    private let accepted = Atomic(0)
    private let answer: @Sendable (Peer) -> Void

    package struct Failure: Error {
        package let errorNumber = errno

        package init() {}
    }

    /// Serves until ``stop()``.
    package init(answer: @escaping @Sendable (Peer) -> Void) throws {
        self.answer = answer
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard listener >= 0 else { throw Failure() }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let fd = listener
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(fd, $0, length) == 0 && listen(fd, 256) == 0 && getsockname(fd, $0, &length) == 0
            }
        }
        guard bound else { throw Failure() }
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread { self.acceptAll() }.start()
    }

    /// How many connections were accepted so far.
    package var connectionCount: Int { accepted.load(ordering: .sequentiallyConsistent) }

    /// The URL of `path` on this server.
    package func url(_ path: String = "/") -> URL {
        URL(string: "http://127.0.0.1:\(port)\(path)") ?? URL(filePath: "/")
    }

    /// Accepts no more connections, and ends open ones.
    package func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        open.withLock { for fd in $0 { shutdown(fd, Int32(SHUT_RDWR)) } }
    }

    private func acceptAll() {
        while true {
            let fd = accept(listener, nil, nil)
            guard fd >= 0 else { break }
            accepted.add(1, ordering: .sequentiallyConsistent)
            _ = open.withLock { $0.insert(fd) }
            Thread {
                let peer = Peer(fd)
                self.answer(peer)
                _ = self.open.withLock { $0.remove(fd) }
                peer.close()
            }.start()
        }
        close(listener)
    }
}

/// One connection of a ``RawServer``.
package final class Peer {
    private let fd: Int32
    private var unread: [UInt8] = []

    fileprivate init(_ fd: Int32) {
        self.fd = fd
    }

    /// The next request's line and fields, without the empty line; `nil` if the client has gone.
    package func readHead() -> String? {
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let range = unread.firstRange(of: end) {
                let head = String(decoding: unread[..<range.lowerBound], as: UTF8.self)
                unread.removeSubrange(..<range.upperBound)
                return head
            }
            guard readMore() else { return nil }
        }
    }

    /// The next `count` bytes; `nil` if the client has gone.
    package func read(_ count: Int) -> [UInt8]? {
        while unread.count < count {
            guard readMore() else { return nil }
        }
        defer { unread.removeFirst(count) }
        return Array(unread.prefix(count))
    }

    /// Waits until the client closes the connection.
    package func waitForEnd() {
        while readMore() { unread = [] }
    }

    /// Sends text as UTF-8.
    @discardableResult
    package func write(_ text: String) -> Bool { write(Array(text.utf8)) }

    /// - Returns: whether the client took all of it.
    @discardableResult
    package func write(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(fd, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Closes the connection with RST instead of FIN.
    package func reset() {
        var value = linger(l_onoff: 1, l_linger: 0)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
    }

    fileprivate func close() {
        Glibc.close(fd)
    }

    private func readMore() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        let count = recv(fd, &buffer, buffer.count, 0)
        guard count > 0 else { return false }
        unread += buffer[..<count]
        return true
    }
}
