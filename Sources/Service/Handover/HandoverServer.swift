import Archiver
import CGlibc
import Files
import Foundation
import Glibc
import Logging
import Recordings
import Waiting
import Wiring

/// Takes work from commands over the socket in the root. Accounts that may write to the root may hand work over. The
/// kernel says which account it is, and the evidence log names that account as the actor.
struct HandoverServer: Sendable {
    /// Does handed-over work: the order, the actor, where its words go, and when to stop.
    typealias Perform = @Sendable (HandoverOrder, Actor, HandoverOutlet, StopRequest) async -> HandoverEnd

    let root: ArchiveRoot
    let version: String
    let logger: Logger
    let perform: Perform
    /// For how many seconds a command may take nothing of what is written to it, for example because it was stopped
    /// (SIGSTOP). Then the connection ends, and with it the work.
    var writingPatience = 30

    /// How many commands may be served at a time.
    private static let most = 16
    /// How long an order may take to arrive.
    private static let patience = 10
    /// How often it looks whether the service stops, in milliseconds.
    private static let interval: Int32 = 100

    /// Takes work until the service stops and what was taken has ended.
    func run(until stop: StopRequest) async {
        let descriptor: Int32
        do {
            descriptor = try await BlockingWork.run { [root] _ throws(ArchiveError) in
                try HandoverSocket.listening(in: root)
            }
        } catch {
            logger.error("no command can hand work over", metadata: ["error": "\(error)"])
            return
        }
        let turns = WaitingLine<Int, Void>(Self.most) { left in
            guard left > 0 else { return nil }
            left -= 1
            return ()
        }
        await withDiscardingTaskGroup { group in
            while !stop.isMade, let socket = await next(descriptor, stop) {
                guard turns.read({ $0 > 0 }), await turns.wait() != nil else {
                    socket.end()
                    continue
                }
                group.addTask {
                    await serve(socket, stop)
                    turns.change { $0 += 1 }
                }
            }
            // From now on no command can connect; one that tries does its work itself.
            close(descriptor)
            try? FileSystem.remove(root.handoverPath)
        }
    }

    /// Waits for a command.
    /// - Returns: `nil` if the service stops.
    private func next(_ descriptor: Int32, _ stop: StopRequest) async -> HandoverSocket? {
        await BlockingWork.run { _ in
            while !stop.isMade {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                guard poll(&waiting, 1, Self.interval) > 0 else { continue }
                let accepted = accept4(descriptor, nil, nil, Int32(SOCK_CLOEXEC.rawValue))
                if accepted >= 0 { return HandoverSocket(descriptor: accepted) }
                // No descriptor is free, or the command has gone away again.
                usleep(20_000)
            }
            return nil
        }
    }

    private func serve(_ socket: HandoverSocket, _ stop: StopRequest) async {
        guard let uid = socket.peer, isAdmitted(uid) else {
            logger.warning("work was handed over by an account that may not", metadata: ["uid": "\(socket.peer ?? 0)"])
            return socket.end()
        }
        socket.limitReading(seconds: Self.patience)
        let first = await BlockingWork.run { _ in socket.read() }
        guard let first, first.kind == .order,
            let order = try? JSONDecoder().decode(HandoverOrder.self, from: Data(first.bytes))
        else { return socket.end() }
        socket.limitReading(seconds: 0)
        socket.limitWriting(seconds: writingPatience)
        let outlet = HandoverOutlet(socket, order.streams)
        let own = StopRequest()
        async let sent: Void = outlet.run()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await listen(socket, own) }
            group.addTask {
                await stop.wait()
                if !Task.isCancelled { own.make(because: "stopped with the service") }
            }
            outlet.begin()
            outlet.end(await end(of: order, uid, outlet, own))
            // Once the outlet has sent everything, it ends the connection, and so the listening.
            group.cancelAll()
        }
        await sent
    }

    private func end(of order: HandoverOrder, _ uid: UInt32, _ outlet: HandoverOutlet, _ stop: StopRequest) async
        -> HandoverEnd
    {
        guard order.version == version else {
            return HandoverEnd(
                status: 75,
                error:
                    "the service runs version \(version) and this is \(order.version); restart the service, and run it again"
            )
        }
        return await perform(order, Operator.actor(uid: uid, claims: order.claims), outlet, stop)
    }

    /// Whether an account may hand work over. The socket's mode says so too.
    private func isAdmitted(_ uid: UInt32) -> Bool {
        uid == 0 || uid == geteuid() || (try? HandoverSocket.isOpenToGroup(root)) == true
    }

    /// Makes the request to stop when the command asks for it, or goes away.
    private func listen(_ socket: HandoverSocket, _ stop: StopRequest) async {
        await BlockingWork.run { _ in
            while let frame = socket.read() { if frame.kind == .stop { stop.make() } }
        }
        stop.make()
    }
}
