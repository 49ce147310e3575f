import Dispatch

/// A serial queue as an actor's executor, so that the actor may wait for disks.
package final class DiskExecutor: SerialExecutor {
    private let queue: DispatchQueue

    /// - Parameter label: the queue's name, which debuggers show.
    package init(label: String) {
        queue = DispatchQueue(label: label)
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
