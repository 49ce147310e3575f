/// What changes when the listing returns a task (wxcc-api 4, 16). It needs no database: the manifest carries it out.
package struct ListingPlan: Hashable, Sendable {
    /// What is known about a task when the listing returns it.
    package struct Known: Hashable, Sendable {
        package var channelType: String
        package var status: TaskStatus
        package var captureRequest: CaptureRequest
        /// Whether an earlier listing returned it; otherwise only its ID is known.
        package var isListed: Bool
        /// Whether it is waiting for its day's sealing.
        package var isQueued: Bool
        /// Whether facts of the call were read from its JSON.
        package var hasCallFacts: Bool

        package init(
            channelType: String,
            status: TaskStatus,
            captureRequest: CaptureRequest,
            isListed: Bool,
            isQueued: Bool,
            hasCallFacts: Bool
        ) {
            self.channelType = channelType
            self.status = status
            self.captureRequest = captureRequest
            self.isListed = isListed
            self.isQueued = isQueued
            self.hasCallFacts = hasCallFacts
        }
    }

    /// How the page counts it.
    package enum Outcome: Hashable, Sendable { case new, changed, known }

    /// What happens to the question about its captures.
    package enum QuestionChange: Hashable, Sendable {
        case leave
        /// Nothing is expected; an open gap is withdrawn too.
        case close
        /// It is asked about, from the beginning.
        case open(next: Timestamp)
        /// It is asked about at this time, if it was to be asked about later.
        case bringForward(to: Timestamp)
    }

    /// What happens to its JSON, which belongs into its day's archive.
    package enum Writing: Hashable, Sendable {
        case leave
        /// The next sealing writes it.
        case queue
        /// The next sealing writes its latest state, if its JSON has changed.
        case queueIfOther
        /// Only the facts of the call are read.
        case readFacts
    }

    package var outcome: Outcome
    /// Whether a recording was requested, as far as any source says.
    package var captureRequest: CaptureRequest
    package var question: QuestionChange
    package var writing: Writing

    /// - Parameters:
    ///   - known: what is known about the task; `nil` if nothing is.
    ///   - isSighted: whether another source says that it has a recording; evaluated only if it matters. That source
    ///     counts even if the listing says that none was requested (wxcc-api 16).
    package init(
        _ task: ListedTask,
        known: Known?,
        isSighted: () throws -> Bool
    ) rethrows {
        let firstAsk = AskSchedule.firstAsk(
            created: task.createdTime,
            lastUpdated: task.lastUpdatedTime,
            isTerminal: task.status.isTerminal
        )
        captureRequest = task.captureRequest
        guard let known else {
            outcome = .new
            question = task.captureRequest == .notRequested ? .leave : .open(next: firstAsk)
            writing = .queue
            return
        }
        if task.captureRequest == .notRequested, known.captureRequest != .notRequested, try isSighted() {
            captureRequest = .requested
        }
        let isChanged =
            known.status != task.status || known.captureRequest != captureRequest
            || known.channelType != task.channelType || !known.isListed
        outcome = !known.isListed ? .new : isChanged ? .changed : .known
        guard isChanged else {
            // A sealed task that differs only in its JSON, such as in the time of its last update, is not worth another
            // archive.
            question = .leave
            writing = known.isQueued ? .queueIfOther : known.hasCallFacts ? .leave : .readFacts
            return
        }
        writing = .queue
        if captureRequest == .notRequested {
            question = .close
        } else if known.captureRequest != captureRequest {
            question = .open(next: firstAsk)
        } else {
            let isOverNow = task.status.isTerminal && !known.status.isTerminal
            question = isOverNow ? .bringForward(to: firstAsk) : .leave
        }
    }
}
