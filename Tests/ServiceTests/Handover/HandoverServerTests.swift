import Archiver
import Files
import Foundation
import Logging
import Recordings
import TestSupport
import Testing

@testable import Service

/// The service's end of the connections over which commands hand it their work.
@Suite(.timeLimit(.minutes(2))) struct `The service that takes work over` {
    private static let streams = HandoverOrder.Streams(
        outputColumns: nil,
        errorColumns: nil,
        showsProgress: false,
        showsUnicode: true,
        logsJSON: false
    )

    /// Serves a root while `body` has the command's end of a connection, whose order was sent.
    private func serving(
        patience: Int,
        perform: @escaping HandoverServer.Perform,
        _ body: (HandoverSocket, StopRequest) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let root = ArchiveRoot(path: folder.path)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let server = HandoverServer(
            root: root,
            version: "1",
            logger: logger,
            perform: perform,
            writingPatience: patience
        )
        let stop = StopRequest()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await server.run(until: stop) }
            defer { stop.make() }
            var socket: HandoverSocket?
            try await eventually {
                socket = try await BlockingWork.run { _ throws(ArchiveError) in try HandoverSocket.connected(to: root) }
                return socket != nil
            }
            let connected = try #require(socket)
            let order = HandoverOrder(version: "1", work: .command(["list"]), streams: Self.streams, claims: [:])
            let frame = HandoverSocket.Frame(kind: .order, bytes: [UInt8](try JSONEncoder().encode(order)))
            #expect(await BlockingWork.run { _ in connected.write(frame) })
            try await body(connected, stop)
            try await group.waitForAll()
        }
    }

    /// As many bytes as no socket keeps.
    private static let output = [UInt8](repeating: UInt8(ascii: "x"), count: 8 << 20)

    @Test func `ends a connection whose command takes nothing, and can itself end`() async throws {
        let ended = Notes<Bool>()
        try await serving(
            patience: 1,
            perform: { _, _, outlet, stop in
                outlet.output(Self.output)
                // Work that goes on until it is told to stop: the connection's end tells it.
                await stop.wait()
                ended.add(true)
                return HandoverEnd(status: 0)
            }
        ) { _, stop in
            try await eventually { ended.all == [true] }
            stop.make()
        }
    }

    @Test func `waits for a command that is slow`() async throws {
        try await serving(
            patience: 30,
            perform: { _, _, outlet, _ in
                outlet.output(Self.output)
                return HandoverEnd(status: 3)
            }
        ) { socket, stop in
            var (count, end): (Int, HandoverEnd?) = (0, nil)
            while let frame = await BlockingWork.run({ _ in socket.read() }) {
                if frame.kind == .output { count += frame.bytes.count }
                if frame.kind == .end { end = try JSONDecoder().decode(HandoverEnd.self, from: Data(frame.bytes)) }
            }
            #expect(count == Self.output.count && end == HandoverEnd(status: 3))
            stop.make()
        }
    }
}
