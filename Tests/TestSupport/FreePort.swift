import Foundation
import Synchronization

/// A port of this machine that nothing listens on.
package enum FreePort {
    /// There is none.
    package struct Failure: Error {}

    /// Below the ephemeral ports (ip_local_port_range), so that the system gives none of them to another process before it
    /// is used here, however long that takes.
    private static let range = UInt16(10_000)...UInt16(31_999)
    /// Another one in each process. No number is given twice.
    private static let last = Mutex(UInt16.random(in: range))

    /// - Throws: ``Failure`` if the system has none.
    package static func number() throws -> UInt16 {
        for _ in range {
            let number = last.withLock { number -> UInt16 in
                number = number == range.upperBound ? range.lowerBound : number + 1
                return number
            }
            if isFree(number) { return number }
        }
        throw Failure()
    }

    private static func isFree(_ number: UInt16) -> Bool {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        place.sin_port = number.bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket, $0, size) == 0 }
        }
    }
}
