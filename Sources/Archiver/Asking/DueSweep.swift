import Manifest
import Recordings

/// Walks over the tasks that a pass asks about, in batches of one question each: first those with recordings whose
/// bytes are still wanted from an earlier pass, then those whose question is open, as the listing finds them, and
/// finally those with suspect recordings to check again.
///
/// It follows the order in which tasks became known. It therefore visits each task once, however many the listing adds
/// behind it, and holds no more of them than one read returns.
struct DueSweep {
    private let organization: OrganizationName
    private let scope: AskScope
    private let began: Timestamp
    private let context: PassContext
    private var stage = Stage.awaitingBytes
    private var cursor: SweepCursor?
    private var waiting: ArraySlice<SweptTask> = []
    /// How many tasks it has returned.
    private var given = 0
    /// When it last counted the remaining tasks.
    private var countedTime: Timestamp?

    /// Counting visits everything that is open, so it is not done for every read of a long sweep.
    private static let countInterval = Duration.seconds(10)

    private enum Stage {
        case awaitingBytes, questions, stragglers, suspects
    }

    private static let readAhead = 40 * Resolution.batchSize

    init(organization: OrganizationName, scope: AskScope, context: PassContext) {
        self.organization = organization
        self.scope = scope
        self.context = context
        began = context.now()
    }

    /// Restarts from the oldest task after the listing, which may have changed what the provider says about tasks that
    /// the walk has passed. From now on only tasks that are due by the schedule count, so those that were already asked
    /// about do not.
    mutating func restart() {
        stage = .stragglers
        cursor = nil
        waiting = []
    }

    /// Continues with suspects after everything else was asked about.
    mutating func continueWithSuspects() {
        stage = .suspects
        cursor = nil
        waiting = []
    }

    /// Suspect recordings that were not checked since this time are due, whatever their intervals; `nil` if the
    /// intervals count.
    var looksBefore: Timestamp? {
        if case .everythingUnsettled = scope, stage == .suspects { began } else { nil }
    }

    /// - Returns: the next tasks to ask about; `nil` if there are none for now.
    mutating func next() async throws -> [SweptTask]? {
        if waiting.isEmpty { try await read() }
        if waiting.isEmpty, stage == .awaitingBytes {
            stage = .questions
            cursor = nil
            try await read()
        }
        guard !waiting.isEmpty else { return nil }
        defer { waiting = waiting.dropFirst(Resolution.batchSize) }
        let batch = Array(waiting.prefix(Resolution.batchSize))
        given += batch.count
        return batch
    }

    private mutating func read() async throws {
        let due =
            switch stage {
            case .awaitingBytes:
                try await context.manifest.tasksAwaitingBytes(
                    organization: organization,
                    window: scope.window,
                    wantedBefore: began,
                    after: cursor,
                    limit: Self.readAhead
                )
            case .questions: try await openQuestions(impatientIn: scope.impatientIn)
            case .stragglers: try await openQuestions(impatientIn: nil)
            case .suspects: try await suspects()
            }
        cursor = due.last?.cursor ?? cursor
        waiting = due[...]
        if !due.isEmpty { try await reportTotal() }
    }

    /// Reports how many tasks there are to ask about in total. This does not include tasks that the listing still adds,
    /// or those that come after the questions.
    private mutating func reportTotal() async throws {
        var left = waiting.count
        if left == Self.readAhead, stage == .questions || stage == .stragglers {
            let now = context.now()
            if let countedTime, now < countedTime + Self.countInterval { return }
            countedTime = now
            left += try await context.manifest.openQuestionCount(
                organization: organization,
                window: scope.window,
                dueBy: now,
                impatientIn: stage == .questions ? scope.impatientIn : nil,
                sparingExplained: scope.sparesExplained,
                after: cursor
            )
        }
        context.observer(.due(organization, tasks: given + left))
    }

    private func suspects() async throws -> [SweptTask] {
        guard scope.isListing else { return [] }
        return try await context.manifest.tasksWithSuspects(
            organization: organization,
            window: scope.window,
            dueBy: began,
            lookedAtBefore: looksBefore,
            after: cursor,
            limit: Self.readAhead
        )
    }

    private func openQuestions(impatientIn: Range<Timestamp>?) async throws -> [SweptTask] {
        guard scope.isListing else { return [] }
        return try await context.manifest.openQuestions(
            organization: organization,
            window: scope.window,
            dueBy: context.now(),
            impatientIn: impatientIn,
            sparingExplained: scope.sparesExplained,
            after: cursor,
            limit: Self.readAhead
        )
    }
}
