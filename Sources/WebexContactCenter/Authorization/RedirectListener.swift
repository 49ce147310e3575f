import Foundation
import Glibc
import Recordings

/// Waits on a loopback port for the browser that the provider sends back (RFC 8252 section 7.3).
///
/// It knows only as much HTTP as that needs: one connection at a time, a head of a few kilobytes within a few seconds,
/// one answer, the end. docs/decisions/own-redirect-listener.md says why this is not a library's server.
package final class RedirectListener: Sendable {
    private let place: RedirectPlace
    /// Open from the initialiser to the end of this object; one for each address of `localhost`.
    private let sockets: [Int32]
    /// The two ends of a pipe: the first becomes readable when the waiting should end.
    private let interruption: [Int32]

    /// A browser sends its head at once; some open connections that they do not use.
    private static let longestConnection = Duration.seconds(3)

    /// Listens from now on.
    /// - Throws: `redirectPort` if the port is not available.
    package init(_ place: RedirectPlace) throws(ProviderError) {
        self.place = place
        var sockets: [Int32] = []
        var reason: Int32 = 0
        if place.host != "::1" {
            let address = place.host == "localhost" ? "127.0.0.1" : place.host
            let socket = Self.listening(at: address, port: place.port)
            if socket >= 0 { sockets.append(socket) } else { reason = errno }
        }
        // Browsers try `::1` for localhost first, and continue without it if it does not exist; so does this. But
        // another program listening there would get the code.
        if place.host == "::1" || place.host == "localhost" && reason == 0 {
            let socket = Self.listening6(port: place.port)
            if socket >= 0 {
                sockets.append(socket)
            } else if place.host == "::1" || ![EADDRNOTAVAIL, EAFNOSUPPORT].contains(errno) {
                reason = errno
            }
        }
        var interruption: [Int32] = [-1, -1]
        if reason == 0, pipe(&interruption) != 0 { reason = errno }
        guard reason == 0 else {
            sockets.forEach { close($0) }
            throw ProviderError(
                .redirectPort,
                "cannot wait at \(place.host) port \(place.port): \(String(cString: strerror(reason)))",
                advice: "free that port, or use --redirect-uri with another one that is registered, or --paste"
            )
        }
        interruption.forEach(Self.keepFromChildren)
        self.sockets = sockets
        self.interruption = interruption
    }

    deinit {
        (sockets + interruption).forEach { close($0) }
    }

    /// Waits until the browser brings the answer to `request`; anything else is answered and ignored.
    /// - Returns: `nil` if `timeout` passes first.
    /// - Throws: `cancelled`.
    package func answer(
        to request: AuthorizationRequest,
        within timeout: Duration
    ) async throws(ProviderError) -> RedirectAnswer? {
        let answer: RedirectAnswer? = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // A separate thread: the cooperative pool must not wait for a person.
                Thread.detachNewThread { [self] in
                    continuation.resume(returning: wait(for: request, until: ContinuousClock.now + timeout))
                }
            }
        } onCancel: {
            _ = write(interruption[1], "x", 1)
        }
        if Task.isCancelled { throw .cancelled }
        return answer
    }

    private func wait(for request: AuthorizationRequest, until end: ContinuousClock.Instant) -> RedirectAnswer? {
        while let connection = nextConnection(until: end) {
            defer { Self.drainAndClose(connection) }
            let head = Self.head(from: connection)
            switch RedirectRequest(head: head, path: place.path) {
            case .other(let status): Self.send(RedirectPage(refusing: status), to: connection)
            case .redirect(let query):
                let answer = request.answer(query: query)
                Self.send(RedirectPage(answer), to: connection)
                if case .foreign = answer { continue }
                return answer
            }
        }
        return nil
    }

    /// - Returns: `nil` at the end of the time, or of the waiting.
    private func nextConnection(until end: ContinuousClock.Instant) -> Int32? {
        while true {
            var waited = (sockets + [interruption[0]]).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            let count = poll(&waited, nfds_t(waited.count), Self.milliseconds(until: end))
            if count < 0, errno == EINTR { continue }
            guard count > 0, waited.last?.revents == 0 else { return nil }
            guard let ready = waited.first(where: { $0.revents != 0 }) else { return nil }
            let connection = accept(ready.fd, nil, nil)
            guard connection >= 0 else { continue }
            Self.keepFromChildren(connection)
            return connection
        }
    }
}

// MARK: - Sockets

extension RedirectListener {
    /// - Returns: a socket, or -1 with `errno`.
    private static func listening(at address: String, port: UInt16) -> Int32 {
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = port.bigEndian
        guard inet_pton(AF_INET, address, &place.sin_addr) == 1 else {
            errno = EADDRNOTAVAIL
            return -1
        }
        return listening(AF_INET, &place, MemoryLayout<sockaddr_in>.size)
    }

    private static func listening6(port: UInt16) -> Int32 {
        var place = sockaddr_in6()
        place.sin6_family = sa_family_t(AF_INET6)
        place.sin6_port = port.bigEndian
        place.sin6_addr = in6addr_loopback
        return listening(AF_INET6, &place, MemoryLayout<sockaddr_in6>.size)
    }

    private static func listening(_ family: Int32, _ place: UnsafeRawPointer, _ size: Int) -> Int32 {
        let socket = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return -1 }
        var yes: Int32 = 1
        let length = socklen_t(MemoryLayout<Int32>.size)
        // The port of a login that has just ended can be used again at once, but not one at which another process
        // listens.
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, length)
        if family == AF_INET6 { setsockopt(socket, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &yes, length) }
        let address = place.assumingMemoryBound(to: sockaddr.self)
        guard bind(socket, address, socklen_t(size)) == 0, listen(socket, 8) == 0 else {
            let reason = errno
            close(socket)
            errno = reason
            return -1
        }
        return socket
    }

    /// The browser that is started must not inherit these descriptors.
    private static func keepFromChildren(_ file: Int32) {
        _ = fcntl(file, F_SETFD, FD_CLOEXEC)
    }

    /// The bytes up to the empty line, the limit, or the end of the connection's time.
    private static func head(from connection: Int32) -> [UInt8] {
        let end = ContinuousClock.now + longestConnection
        var head: [UInt8] = []
        while !RedirectRequest.isWhole(head), head.count < RedirectRequest.longestHead {
            guard isReadable(connection, until: end) else { break }
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = recv(connection, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            head.append(contentsOf: buffer.prefix(count))
        }
        return head
    }

    private static func send(_ page: RedirectPage, to connection: Int32) {
        var rest = page.bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// Reads what is still arriving: closing before that would reset the connection before the page was read.
    private static func drainAndClose(_ connection: Int32) {
        shutdown(connection, Int32(SHUT_WR))
        let end = ContinuousClock.now + longestConnection
        var buffer = [UInt8](repeating: 0, count: 4096)
        for _ in 0..<64 where isReadable(connection, until: end) {
            if recv(connection, &buffer, buffer.count, 0) <= 0 { break }
        }
        close(connection)
    }

    private static func isReadable(_ connection: Int32, until end: ContinuousClock.Instant) -> Bool {
        while true {
            var waited = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
            let count = poll(&waited, 1, milliseconds(until: end))
            if count < 0, errno == EINTR { continue }
            return count > 0
        }
    }

    private static func milliseconds(until end: ContinuousClock.Instant) -> Int32 {
        let left = (end - ContinuousClock.now).milliseconds
        return Int32(clamping: max(0, left + 1))
    }
}
