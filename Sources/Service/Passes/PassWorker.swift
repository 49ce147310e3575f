import Archiver
import Foundation
import Logging
import Recordings
import Synchronization
import Wiring

/// Runs the requested passes, one after the other. They take precedence over scheduled passes.
struct PassWorker: Sendable {
    let installation: Installation
    let database: ServiceDatabase
    let board: WorkBoard<RequestedPass>
    let stop: StopRequest
    let delays: StoringDelays

    /// Runs passes until the service stops and the current pass has ended.
    func run() async {
        await board.work(until: stop) { pass, own in await make(pass, own) }
    }

    private func make(_ pass: RequestedPass, _ own: StopRequest) async {
        let installation = installation
        await note { try await database.noteBegin(ofPass: pass.id) }
        board.update(pass.id) { ($0.state, $0.begunTime) = (.running, installation.now) }
        let activity = Mutex(PassActivity())
        let noted = Mutex(Timestamp(millisecondsSince1970: 0))
        let count = delays.observer(.request) { installation.now }
        let observer: PassObserver = { [board] event in
            count(event)
            let now = installation.now
            activity.withLock { $0.count(event) { now } }
            // Clients that watch a pass get at most one update a second.
            let isDue = noted.withLock { last in
                guard now - last >= .seconds(1) || now < last else { return false }
                last = now
                return true
            }
            if isDue { board.update(pass.id) { $0.activity = activity.withLock { $0.report(now: now) } } }
        }
        let outcome = await result(of: pass, own, observer)
        board.update(pass.id) { pass in
            pass.endedTime = installation.now
            pass.activity = activity.withLock { $0.report(now: installation.now) }
            switch outcome {
            case .success(let results):
                pass.results = results
                let isComplete = results.allSatisfy(\.isComplete)
                pass.state = isComplete ? .complete : own.isMade ? .stopped : .incomplete
            case .failure(let error):
                pass.problem = ServiceProblem.of(error)
                pass.state = own.isMade ? .stopped : .failed
            }
        }
        // What the service's own end has stopped begins again when the service does.
        let isPaused = stop.isMade && board.work(pass.id)?.state == .stopped
        await note {
            if isPaused {
                try await database.notePause(ofPass: pass.id)
            } else {
                try await database.forget(pass: pass.id)
            }
        }
    }

    /// Records how far a pass is. If that is not possible, the pass is made all the same, and may be made again after a restart.
    private func note(_ record: () async throws -> Void) async {
        do {
            try await record()
        } catch {
            installation.logger.warning("the state of a pass could not be recorded", metadata: ["error": "\(error)"])
        }
    }

    private func result(
        of pass: RequestedPass,
        _ own: StopRequest,
        _ observer: @escaping PassObserver
    ) async -> Result<[Pass.Result], any Error> {
        do {
            var setup = try installation.setup
            setup.actor = pass.actor
            let results = try await CallArchive.withOpen(setup, stop: own, observer: observer) { archive in
                try await archive.archive(
                    pass.organizations,
                    request: pass.request,
                    onlyUnreceived: pass.retriesFailed
                )
            }
            return .success(results)
        } catch {
            if !own.isMade {
                installation.logger.warning("a pass could not be started", metadata: ["error": "\(error)"])
            }
            return .failure(error)
        }
    }
}
