import Dispatch

/// A serial queue as an actor's executor: the actor's work may wait for disks.
package final class DiskExecutor: SerialExecutor {
    private let queue: DispatchQueue

    /// - Parameter label: names the thread for those who look at the process.
    package init(label: String) {
        queue = DispatchQueue(label: label)
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
