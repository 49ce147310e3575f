import Recordings
import Testing

@testable import Manifest

/// What passes and people do.
extension Model {
    enum Step: CaseIterable {
        case list, answer, refuse, sight, store, fail, close, explain, withdraw
        case read, exclude, copyOut, reinstate, remove, recover, adoptSealed, adoptOpen

        /// The common ones are drawn more often.
        static func drawn(_ random: inout SplitMix) -> Step {
            let everyday: [Step] = [.list, .answer, .answer, .answer, .store, .store, .store, .close, .close, .explain]
            return (allCases + everyday).randomElement(using: &random) ?? .list
        }
    }

    mutating func take(_ step: Step, _ fixture: Fixture, _ random: inout SplitMix) async throws {
        switch step {
        case .list: try await list(fixture, &random)
        case .answer: try await answer(fixture, &random)
        case .refuse: try await refuse(fixture, &random)
        case .sight: try await sight(fixture, &random)
        case .store: try await store(fixture, &random)
        case .fail: try await fail(fixture, &random)
        case .close: try await close(fixture, &random)
        case .explain: try await explain(fixture, &random)
        case .withdraw: try await withdraw(fixture, &random)
        case .read: try await read(fixture, &random)
        case .exclude: try await exclude(fixture, &random)
        case .copyOut: try await copyOut(fixture, &random)
        case .reinstate: try await reinstate(fixture, &random)
        case .remove: remove(&random)
        case .recover: try await recover(fixture, &random)
        case .adoptSealed: try await adoptSealed(fixture, &random)
        case .adoptOpen: try await adoptOpen(fixture, &random)
        }
    }

    /// A page of the listing.
    private mutating func list(_ fixture: Fixture, _ random: inout SplitMix) async throws {
        let requests: [CaptureRequest] = [.requested, .requested, .requested, .notRequested, .undetermined]
        let page = try (0..<4).map { _ in
            let number = Int.random(in: Self.numbers, using: &random)
            let request = requests.randomElement(using: &random) ?? .requested
            return try Fixture.task(number, created: Self.created(number), request: request)
        }
        _ = try await fixture.list(page, now: now)
        for task in page {
            let before = tasks[task.id]
            let isSighted = before?.isSighted ?? false
            let request = isSighted && task.captureRequest == .notRequested ? .requested : task.captureRequest
            let isSame = before?.request == request
            tasks[task.id] = Task(
                request: request,
                isListed: true,
                isSighted: isSighted,
                isAsked: isSame && before?.isAsked ?? false,
                isRefused: isSame && before?.isRefused ?? false
            )
        }
    }

    /// The provider's answer about a task: what it lacks is given up, and work in progress is not handed out again.
    private mutating func answer(_ fixture: Fixture, _ random: inout SplitMix) async throws {
        let id = try Fixture.taskID(Int.random(in: Self.numbers, using: &random))
        let offered = try (1...3).filter { _ in Int.random(in: 0..<3, using: &random) > 0 }
            .map { try Self.captured(id, $0) }
        let answer = TaskAnswer.capture(Capture(taskID: id, recordings: offered))
        let handedOut = try await fixture.answer([answer], reservations: reservations, now: now)
        guard tasks[id] != nil || !offered.isEmpty else { return try #require(handedOut.isEmpty, "\(place)") }
        tasks[id] = tasks[id] ?? Task(request: .undetermined, isListed: false)
        tasks[id]?.isAsked = true
        tasks[id]?.isRefused = false
        let keys = offered.map(\.key)
        keys.forEach { know($0) }
        try #require(handedOut.map(\.captured.key) == keys.filter { isWanted($0) && work[$0] == nil }, "\(place)")
        for item in handedOut {
            work[item.captured.key] = item
            let copies = copies(of: item.captured.key)
            let last = copies.last { $0.copy.exclusion == .damaged } ?? copies.last
            try #require(item.replaced?.archive == last?.archive, "\(place)")
            try #require(item.replaced?.digest == last?.copy.entry.stored.digest, "\(place)")
        }
        for key in self.keys(of: id) where isWanted(key) && !keys.contains(key) {
            fail(key, .purgedUpstream, retry: now + .hours(1))
        }
    }

    /// The provider refuses to answer about a task.
    private mutating func refuse(_ fixture: Fixture, _ random: inout SplitMix) async throws {
        let id = try Fixture.taskID(Int.random(in: Self.numbers, using: &random))
        _ = try await fixture.answer([.refused(id, reason: "not today")], reservations: reservations, now: now)
        guard let task = tasks[id], task.request != .notRequested else { return }
        for key in keys(of: id) where isWanted(key) { fail(key, .refusedByProvider, retry: now + .hours(1)) }
        tasks[id]?.isAsked = true
        tasks[id]?.isRefused = true
    }

    /// Another source says that a task was recorded, although the listing says that it was not.
    private mutating func sight(_ fixture: Fixture, _ random: inout SplitMix) async throws {
        let ids = try (0..<3).map { _ in try Fixture.taskID(Int.random(in: Self.numbers, using: &random)) }
        let taken = try await fixture.manifest.noteSighted(
            ids,
            by: "search",
            organization: fixture.acme,
            now: now
        )
        try #require(Set(taken) == Set(ids.filter { tasks[$0]?.request == .notRequested }), "\(place)")
        for id in taken {
            tasks[id]?.request = .requested
            tasks[id]?.isSighted = true
            tasks[id]?.isAsked = false
            tasks[id]?.isRefused = false
        }
    }

    /// Some of the work in progress arrives.
    private mutating func store(_ fixture: Fixture, _ random: inout SplitMix) async throws {
        let some = allKeys.filter { work[$0] != nil }.filter { _ in Bool.random(using: &random) }
        var group: [StoredRecording] = []
        var extents: [ArchiveName: ArchiveExtentRow] = [:]
        for key in some {
            guard let item = work[key] else { continue }
            let day = Self.day(of: key.taskID)
            let name = try await fixture.manifest.openArchive(for: fixture.acme, day: day, now: now)
            try #require(open(day) == nil || open(day) == name, "\(place)")
            archives[name] = archives[name] ?? Archive()
            let offset = (archives[name]?.end ?? 0) + 1024
            let entry = try entry(item.captured, offset: offset, replaces: item.replaced?.archive)
            group.append(StoredRecording(row: item.row, entry: entry))
            hold(key, entry, in: name)
            extents[name] = ArchiveExtentRow(tarBytes: archives[name]?.end ?? 0, journalBytes: Int64(copiesMade))
        }
        try await fixture.manifest.noteStored(group, extents: extents, now: now)
        for key in some { release(key) }
    }

    /// Some of the work in progress does not arrive.
    private mutating func fail(_ fixture: Fixture, _ random: inout SplitMix) async throws {
        guard let key = allKeys.filter({ work[$0] != nil }).randomElement(using: &random),
            let item = work[key]
        else { return }
        let reason: GapReason = Bool.random(using: &random) ? .downloadFailed : .damagedAtProvider
        let failure = RecordingFailure(
            row: item.row,
            code: reason,
            reason: "it stalled",
            attempts: 3,
            retryNotBefore: now + .hours(2)
        )
        try await fixture.manifest.noteFailed(failure, now: now)
        fail(key, reason, retry: now + .hours(2))
        release(key)
    }

    /// A person explains what is missing of a task. What can still be repaired is not explained.
    private mutating func explain(_ fixture: Fixture, _ random: inout SplitMix) async throws {
        let number = Int.random(in: Self.numbers, using: &random)
        let id = try Fixture.taskID(number)
        let explanation = GapExplanation(reason: .testCall, note: "a line test", author: "ann", time: now)
        let standpoint = try await standpoint(fixture)
        let result = try await fixture.manifest.explain([id], organization: nil, with: explanation) { _ in standpoint }
        let givenUp = keys(of: id).filter(isGivenUp)
        let isExplainable = isEmpty(id) || !givenUp.isEmpty
        try #require(result.isDone == isExplainable, "\(place)")
        try #require(result.unknown.isEmpty == (tasks[id] != nil), "\(place)")
        try #require(
            result.unrepaired.isEmpty
                == (isExplainable || !keys(of: id).contains { state($0) == .damaged }),
            "\(place)"
        )
        guard isExplainable else { return }
        explanations[id] = Explanation(time: now, recordings: Set(givenUp))
        for key in givenUp { rest(key, failed: now) }
    }

    /// A person withdraws an explanation.
    private mutating func withdraw(_ fixture: Fixture, _ random: inout SplitMix) async throws {
        guard let id = explanations.keys.sorted().randomElement(using: &random) else { return }
        let standpoint = try await standpoint(fixture)
        let result = try await fixture.manifest.withdrawExplanations(
            [id],
            organization: nil,
            by: Actor(name: "bob", uid: 1001)
        ) { _ in standpoint }
        try #require(result.isDone, "\(place)")
        explanations[id] = nil
        for key in keys(of: id) where isGivenUp(key) {
            let wantedTime = recordings[key]?.wantedTime ?? now
            recordings[key]?.wantedTime = min(wantedTime, now)
        }
    }

    /// The end of a pass: a day that can be closed is closed, in the archive that is sealed anyway or in one of its
    /// own.
    private mutating func close(_ fixture: Fixture, _ random: inout SplitMix) async throws {
        guard let day = Self.days.randomElement(using: &random) else { return }
        let draft = try await fixture.manifest.draftDayClose(
            fixture.acme,
            day: day,
            at: try await standpoint(fixture)
        )
        try #require((draft != nil) == isClosable(day), "\(place)")
        if let draft { try check(draft.record) }
        if open(day).flatMap({ archives[$0] })?.copies.isEmpty == false
            || draft.map({ $0.hasChanged && !$0.record.isSilent }) ?? false
        {
            try await seal(day, draft, fixture)
        } else if let draft {
            try await fixture.manifest.noteClosed(draft, now: now)
        }
        guard draft != nil else { return }
        closed[day] = contents(day)
        let outlook = try await fixture.manifest.closingOutlook(fixture.acme, altered: try await altered(fixture))
        try #require(outlook.closed.contains(day), "\(place)")
    }

    private mutating func seal(_ day: ArchiveDay, _ draft: DayCloseDraft?, _ fixture: Fixture) async throws {
        let name = try await fixture.manifest.openArchive(for: fixture.acme, day: day, now: now)
        let tasks = try await fixture.manifest.tasksToSeal(organization: fixture.acme, day: day).collected()
        try #require(tasks.map(\.createdTime) == tasks.map(\.createdTime).sorted(), "\(place)")
        var archive = archives[name] ?? Archive()
        try await fixture.manifest.noteSealed(
            name,
            byteCount: archive.end + 1024,
            digest: try Fixture.digest(name.sequence),
            recordings: archive.copies.count,
            dayClose: draft?.record,
            decidedAt: draft?.mark,
            now: now
        )
        // Sealing has read everything back.
        archive.isSealed = true
        archives[name] = archive
        for key in archive.copies.keys where recordings[key]?.holder == name { recordings[key]?.isSpoiled = false }
    }
}
