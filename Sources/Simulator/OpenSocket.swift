import Foundation

/// Socket options that FlyingFox cannot set. It does not give access to its sockets either, so the open descriptors are
/// searched; that is quick, and done once for a server and for each reset.
enum OpenSocket {
    /// Makes closing the connection to `peerPort` on this machine send RST instead of FIN, with a linger time of 0.
    /// Only the server's end of a connection has the client's port at its other end.
    static func resetOnClose(peerPort: UInt16) {
        var time = linger(l_onoff: 1, l_linger: 0)
        for socket in sockets where port(socket, getpeername) == peerPort {
            setsockopt(socket, SOL_SOCKET, SO_LINGER, &time, socklen_t(MemoryLayout<linger>.size))
        }
    }

    /// Makes everything that is written to connections of the listener on `port` leave at once.
    ///
    /// FlyingFox writes head and body separately. With Nagle's algorithm the body would wait until the client
    /// acknowledges the head, which takes 40 ms. On Linux, connections inherit the option from their listener.
    static func sendAtOnce(listeningOn port: UInt16) {
        var on: Int32 = 1
        for socket in sockets where Self.port(socket, getsockname) == port && Self.port(socket, getpeername) == nil {
            setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        }
    }

    private static let sockets = Int32(3)..<Int32(4096)

    private typealias NameOf = (Int32, UnsafeMutablePointer<sockaddr>?, UnsafeMutablePointer<socklen_t>?) -> Int32

    /// - Returns: `nil` if the descriptor is not an IPv4 socket with such a name.
    private static func port(_ descriptor: Int32, _ name: NameOf) -> UInt16? {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let found = withUnsafeMutableBytes(of: &address) {
            name(descriptor, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, &length)
        }
        guard found == 0, address.sin_family == sa_family_t(AF_INET) else { return nil }
        return UInt16(bigEndian: address.sin_port)
    }
}
