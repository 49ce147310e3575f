import Archiver
import Logging

/// Publishes accepted entries of the evidence logs. Without it, an entry written between two passes, such as one about
/// played audio, could stay unpublished longer than `evidence.checkpoint_seconds` allows.
struct Publisher: Sendable {
    let logs: EvidenceLogs
    let stop: StopRequest
    let logger: Logger

    /// Publishes at regular intervals until the service stops.
    func run() async {
        let interval = Duration.seconds(max(1, logs.setup.checkpointSeconds))
        while !stop.isMade, !Task.isCancelled {
            await stop.wait(atMost: interval)
            do {
                try await logs.publish(ifDue: true)
            } catch {
                logger.error("the evidence logs could not be published", metadata: ["error": "\(error)"])
            }
        }
    }
}
