import Foundation

/// The one thing that FlyingFox cannot do to a connection.
enum Connection {
    /// Makes closing the connection to `peerPort` on this machine send RST instead of FIN, by a linger time of none.
    ///
    /// FlyingFox does not say which socket a request came from, so that the open ones are looked through: only
    /// the server's end of the connection has the client's port at its other end.
    static func resetOnClose(peerPort: UInt16) {
        for descriptor in Int32(3)..<Int32(4096) where Self.peerPort(descriptor) == peerPort {
            var time = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &time, socklen_t(MemoryLayout<linger>.size))
        }
    }

    private static func peerPort(_ descriptor: Int32) -> UInt16? {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let found = withUnsafeMutableBytes(of: &address) { bytes in
            bytes.baseAddress.map { getpeername(descriptor, $0.assumingMemoryBound(to: sockaddr.self), &length) }
        }
        guard found == 0, address.sin_family == sa_family_t(AF_INET) else { return nil }
        return UInt16(bigEndian: address.sin_port)
    }
}
