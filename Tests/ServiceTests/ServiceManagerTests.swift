import Files
import Foundation
import Glibc
import TestSupport
import Testing

@testable import Service

/// Reports of the service's state, received by a real socket in place of systemd's.
@Suite struct `The service manager` {
    /// A datagram socket bound to a path.
    private final class Listener: Sendable {
        let descriptor: Int32

        init(_ path: String) throws {
            descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            var bytes = Array(path.utf8)
            if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
            let size = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
            let status = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
            }
            try #require(status == 0)
            var limit = timeval(tv_sec: 60, tv_usec: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        }

        deinit { close(descriptor) }

        func next() -> String {
            var buffer = [UInt8](repeating: 0, count: 256)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        }
    }

    @Test func `hears each state, by a path or a name`() throws {
        let folder = try TemporaryFolder()
        for path in ["\(folder.path)/notify", "@callark-\(UUID())"] {
            let listener = try Listener(path)
            let manager = ServiceManager(environment: ["NOTIFY_SOCKET": path])
            for state in [ServiceManager.State.ready, .alive, .stopping] {
                manager.send(state)
                #expect(listener.next() == state.rawValue)
            }
        }
    }

    @Test func `that is not there is not missed`() {
        ServiceManager(environment: [:]).send(.ready)
        ServiceManager(environment: ["NOTIFY_SOCKET": "/nowhere/at/all"]).send(.ready)
        ServiceManager(environment: ["NOTIFY_SOCKET": "/" + String(repeating: "x", count: 200)]).send(.ready)
        ServiceManager(environment: ["NOTIFY_SOCKET": "relative"]).send(.ready)
    }

    @Test func `says how often it wants to hear that the service lives`() {
        let socket = ["NOTIFY_SOCKET": "/run/x"]
        func watchdog(_ more: [String: String]) -> Duration? {
            ServiceManager(environment: socket.merging(more) { $1 }).watchdog
        }
        #expect(watchdog(["WATCHDOG_USEC": "10000000"]) == .seconds(5))
        #expect(watchdog(["WATCHDOG_USEC": "10000000", "WATCHDOG_PID": "\(getpid())"]) == .seconds(5))
        #expect(watchdog(["WATCHDOG_USEC": "10000000", "WATCHDOG_PID": "1"]) == nil)
        #expect(watchdog([:]) == nil)
        #expect(watchdog(["WATCHDOG_USEC": "soon"]) == nil)
        #expect(ServiceManager(environment: ["WATCHDOG_USEC": "10000000"]).watchdog == nil)
    }
}
