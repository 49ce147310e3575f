import Manifest
import Recordings

/// Walks the tasks that a pass asks about, in batches that fill one question: first those with recordings whose bytes
/// are still wanted from an earlier pass, then those whose question is open, as the listing brings them, and in the end
/// those with suspect recordings that are to be looked at again.
///
/// It goes by the order in which tasks became known, so that it meets each of them once, however many more the listing
/// adds behind it, and holds no more of them than one reading.
struct DueSweep {
    private let organization: OrganizationName
    private let scope: AskScope
    private let began: Timestamp
    private let context: PassContext
    private var stage = Stage.awaitingBytes
    private var cursor: SweepCursor?
    private var waiting: ArraySlice<SweptTask> = []
    /// How many tasks it has given out.
    private var given = 0
    /// When it last counted what lies before it.
    private var countedTime: Timestamp?

    /// Counting passes everything that is open, which is not done for every reading of a long sweep.
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

    /// The listing is over: begins again from the oldest, since it may have changed the provider's word on tasks that
    /// had been walked past. Only what is due by the schedule counts now, which those already asked about are not.
    mutating func goBackForStragglers() {
        stage = .stragglers
        cursor = nil
        waiting = []
    }

    /// Everything else has been asked about.
    mutating func goOnToSuspects() {
        stage = .suspects
        cursor = nil
        waiting = []
    }

    /// Since when a suspect recording has to have been looked at, whatever its intervals say; `nil` if they count.
    var looksBefore: Timestamp? {
        if case .everythingUnsettled = scope, stage == .suspects { began } else { nil }
    }

    /// - Returns: the next tasks to ask about; `nil` where there are none for now.
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
        if !due.isEmpty { try await tellTotal() }
    }

    /// Says how many tasks are to be asked about in all. What the listing still brings, and what is met after the
    /// questions, is not in it.
    private mutating func tellTotal() async throws {
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
