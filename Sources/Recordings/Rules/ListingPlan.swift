/// What it changes that the listing shows a task (wxcc-api 4, 16). It needs no database: the manifest carries it out.
package struct ListingPlan: Hashable, Sendable {
    /// A task as it is known when the listing shows it.
    package struct Known: Hashable, Sendable {
        package var channelType: String
        package var status: TaskStatus
        package var captureRequest: CaptureRequest
        /// Whether a listing had it before; else it is known by its ID only.
        package var isListed: Bool
        /// Whether it waits for its day's sealing.
        package var isQueued: Bool
        /// Whether facts of the call were read out of its JSON.
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

    /// What the page counts it as.
    package enum Outcome: Hashable, Sendable { case new, changed, known }

    /// What becomes of the question about its captures.
    package enum QuestionChange: Hashable, Sendable {
        case leave
        /// Nothing is to be expected: an open gap is withdrawn too.
        case close
        /// It is asked about from the beginning.
        case open(next: Timestamp)
        /// It is asked about at this time, if it was to be asked later.
        case hasten(to: Timestamp)
    }

    /// What becomes of its JSON, which its day's archive is to have.
    package enum Writing: Hashable, Sendable {
        case leave
        /// The next sealing writes it down.
        case queue
        /// The next sealing writes it down as it was listed last, if its JSON is another.
        case queueIfOther
        /// Only the facts of the call are read.
        case readFacts
    }

    package var outcome: Outcome
    /// Whether a recording was requested, as far as anyone says.
    package var captureRequest: CaptureRequest
    package var question: QuestionChange
    package var writing: Writing

    /// - Parameters:
    ///   - known: the task as it is known; `nil` where it is not.
    ///   - isClaimed: whether another source says that there is a recording of it; asked only where it counts. That word
    ///     counts where the listing says that none was requested (wxcc-api 16).
    package init(
        _ task: ListedTask,
        known: Known?,
        isClaimed: () throws -> Bool
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
        if task.captureRequest == .notRequested, known.captureRequest != .notRequested, try isClaimed() {
            captureRequest = .requested
        }
        let isChanged =
            known.status != task.status || known.captureRequest != captureRequest
            || known.channelType != task.channelType || !known.isListed
        outcome = !known.isListed ? .new : isChanged ? .changed : .known
        guard isChanged else {
            // A task that was sealed and differs in nothing but its JSON, such as the time of its last update, is not
            // worth another archive.
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
            question = isOverNow ? .hasten(to: firstAsk) : .leave
        }
    }
}
