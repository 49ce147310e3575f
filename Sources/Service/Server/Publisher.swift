import Archiver
import Logging

/// Publishes what the evidence logs have accepted, so that no checkpoint gets older than the configuration says while
/// somebody listens, and no pass is made.
struct Publisher: Sendable {
    let logs: EvidenceLogs
    let stop: StopRequest
    let logger: Logger

    /// Publishes again and again until the service is to stop.
    func run() async {
        let interval = Duration.seconds(max(1, logs.setup.checkpointSeconds))
        while !stop.isMade, !Task.isCancelled {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { try? await Task.sleep(for: interval) }
                group.addTask { await stop.wait() }
                await group.next()
                group.cancelAll()
            }
            do {
                try await logs.publish(ifDue: true)
            } catch {
                logger.error("the evidence logs could not be published", metadata: ["error": "\(error)"])
            }
        }
    }
}
