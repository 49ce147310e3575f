import Recordings

@testable import Manifest

/// What must be known after any sequence of steps: which archive has which copy of which recording, what was found out
/// about it, and what people said. Everything else follows from that, by the rules below.
struct Model {
    struct Task {
        var request: CaptureRequest
        var isListed: Bool
        /// Whether another source says that it was recorded, which then counts.
        var isSighted = false
        /// Whether the provider was asked about it since there was something to ask.
        var isAsked = false
        /// Whether the provider refused the last question about it.
        var isRefused = false
    }

    struct Recording {
        /// The archive whose copy counts; `nil` if none does.
        var holder: ArchiveName?
        /// Whether the copy that counts was read and found damaged.
        var isSpoiled = false
        /// Why it was given up for now.
        var failure: GapReason?
        /// When it may be retried, if it failed.
        var wantedTime: Timestamp
    }

    /// A copy of a recording in an archive.
    struct Copy {
        var entry: RecordingEntry
        /// Why it does not count; `nil` if it does.
        var exclusion: DisplacedCopy.Reason?
    }

    struct Archive {
        var isSealed = false
        var copies: [RecordingKey: Copy] = [:]
        /// Whether its last reading found faults that do not belong to a recording.
        var hasOwnFault = false
        /// Whether its file is missing at present.
        var isGone = false

        var end: Int64 { copies.values.map { $0.entry.offset + 1_000_000 }.max() ?? 0 }
    }

    struct Explanation {
        var time: Timestamp
        /// The recordings that had failed then, and have not been held since.
        var recordings: Set<RecordingKey>
    }

    var now = Fixture.morning + .hours(25)
    /// How many steps were taken before.
    var steps = 0
    /// The position in the sequence, for reading failures.
    var place = ""
    var tasks: [TaskID: Task] = [:]
    var recordings: [RecordingKey: Recording] = [:]
    /// Their keys in the order in which they became known, which does not change between runs.
    var allKeys: [RecordingKey] = []
    var keysByTask: [TaskID: [RecordingKey]] = [:]
    var archives: [ArchiveName: Archive] = [:]
    var explanations: [TaskID: Explanation] = [:]
    /// The work in progress of a pass: handed out by an answer, and neither stored nor failed since.
    var work: [RecordingKey: RecordingWork] = [:]
    let reservations = Reservations()
    /// The content of each day's record when the day was last closed.
    var closed: [ArchiveDay: DayContents] = [:]
    /// How many copies were ever made; each has unique bytes.
    var copiesMade = 0
}

// MARK: - The rules

extension Model {
    /// A recording is damaged if it was held and is no longer intact, however that was found out: by a reading, by the
    /// file's absence, or before the recording left its archive. Only an intact copy in a sealed archive is archived.
    func state(_ key: RecordingKey) -> RecordingState {
        guard let recording = recordings[key] else { return .pending }
        if let holder = recording.holder, let archive = archives[holder] {
            if recording.isSpoiled || archive.isGone { return .damaged }
            return archive.isSealed ? .archived : .stored
        }
        if archives.values.contains(where: { $0.copies[key]?.exclusion == .damaged }) { return .damaged }
        return recording.failure == nil ? .pending : .failed
    }

    func isHeld(_ key: RecordingKey) -> Bool { recordings[key]?.holder != nil }

    /// Whether its bytes are to be fetched now: a failed one waits.
    func isWanted(_ key: RecordingKey) -> Bool {
        guard let recording = recordings[key], recording.holder == nil else { return false }
        return recording.failure == nil || recording.wantedTime <= now
    }

    /// Whether it is given up for now, which makes it a gap of its own.
    func isGivenUp(_ key: RecordingKey) -> Bool { !isHeld(key) && recordings[key]?.failure != nil }

    func isExplained(_ key: RecordingKey) -> Bool {
        isGivenUp(key) && explanations[key.taskID]?.recordings.contains(key) ?? false
    }

    /// Whether it is damaged, and not explained.
    func isUnrepaired(_ key: RecordingKey) -> Bool { state(key) == .damaged && !isExplained(key) }

    /// Whether a recording of the task should exist, as far as is known, and none is known.
    func isEmpty(_ id: TaskID) -> Bool {
        guard let task = tasks[id], keys(of: id).isEmpty else { return false }
        return task.request == .requested || task.request == .undetermined && task.isRefused
    }

    /// Whether it is still unknown if a recording of the task should exist, and none is known.
    func isUndetermined(_ id: TaskID) -> Bool { tasks[id]?.request == .undetermined && keys(of: id).isEmpty }

    /// Whether that may still become known.
    func isUnresolved(_ id: TaskID) -> Bool { isUndetermined(id) && !isEmpty(id) }

    /// Whether an archive is damaged in itself. If nothing in it counts any more, it has been replaced.
    func isDamaged(_ archive: Archive) -> Bool {
        guard archive.isSealed, archive.isGone || archive.hasOwnFault else { return false }
        return archive.copies.isEmpty || archive.copies.values.contains { $0.exclusion == nil }
    }

    func isDamaged(_ day: ArchiveDay) -> Bool {
        keys(of: day).contains(where: isUnrepaired)
            || archives.contains { $0.key.day == day && isDamaged($0.value) }
    }

    /// Whether everything expected of a day is held intact or explained.
    func isClosable(_ day: ArchiveDay) -> Bool {
        !isDamaged(day)
            && keys(of: day).allSatisfy { [.archived, .stored].contains(state($0)) || isExplained($0) }
            && tasks(of: day).allSatisfy { !isUnresolved($0) && (!isEmpty($0) || explanations[$0] != nil) }
    }

    func standing(_ name: ArchiveName) -> ArchiveStanding.State {
        guard let archive = archives[name] else { return .sound }
        let counting = archive.copies.filter { $0.value.exclusion == nil }.keys
        let spoiled = archive.copies.filter { $0.value.exclusion == .damaged }.keys
        if isDamaged(archive) || counting.contains(where: { state($0) == .damaged })
            || spoiled.contains(where: isUnrepaired)
        {
            return .damaged
        }
        return spoiled.isEmpty ? .sound : .repaired
    }

    /// The state of a call as a whole.
    func callState(_ id: TaskID) -> CallState {
        let keys = keys(of: id)
        let states = keys.map(state)
        let givenUp = keys.filter(isGivenUp)
        let isMissing = isEmpty(id) && explanations[id] == nil && !isAwaited(id)
        if keys.contains(where: isUnrepaired) { return .damaged }
        if !givenUp.allSatisfy(isExplained) || isMissing { return .missing }
        if states.contains(.pending) || isAwaited(id) || isUnresolved(id) { return .pending }
        if !givenUp.isEmpty || isEmpty(id) { return .explained }
        return keys.isEmpty ? .none : .complete
    }

    /// Why a task without any known recording lacks one.
    func reason(_ id: TaskID) -> GapReason? {
        guard let task = tasks[id], isEmpty(id) else { return nil }
        return task.isRefused ? .refusedByProvider : task.isAsked ? .notYetAvailable : .notAskedYet
    }

    /// Whether the provider may still have a recording of the task, and it is not explained that it has none.
    func isAwaited(_ id: TaskID) -> Bool {
        isEmpty(id) && explanations[id] == nil && tasks[id]?.isRefused == false
    }

    /// Why something is missing: a recording that was held and is purged at the provider is lost.
    func reason(_ key: RecordingKey) -> GapReason? {
        let isDamaged = state(key) == .damaged
        guard let failure = recordings[key]?.failure, !isHeld(key) else { return isDamaged ? .damaged : nil }
        return isDamaged && failure == .purgedUpstream ? .lost : failure
    }

    /// What a record of a day says about it.
    struct DayContents: Hashable {
        var requests: [TaskID: CaptureRequest]
        var held: [RecordingKey: ContentDigest]
        var explained: Set<RecordingKey>
        var explainedTasks: Set<TaskID>
    }

    func contents(_ day: ArchiveDay) -> DayContents {
        let held = keys(of: day).compactMap { key in copy(of: key).map { (key, $0.entry.stored.digest) } }
        return DayContents(
            requests: tasks.filter { Self.day(of: $0.key) == day && $0.value.isListed }.mapValues(\.request),
            held: Dictionary(uniqueKeysWithValues: held),
            explained: Set(keys(of: day).filter(isExplained)),
            explainedTasks: Set(tasks(of: day).filter { isEmpty($0) && explanations[$0] != nil })
        )
    }
}

// MARK: - Looking up

extension Model {
    /// Two days; tasks with even numbers belong to the first.
    static let days = [Fixture.today, Fixture.day(Fixture.morning + .hours(24))]
    static let numbers = 1...16

    static func created(_ number: Int) -> Timestamp {
        Fixture.morning + .seconds(number) + .hours(number % 2 * 24)
    }

    static func number(of id: TaskID) -> Int { Int(id.description.suffix(12)) ?? 0 }

    static func day(of id: TaskID) -> ArchiveDay { Fixture.day(created(number(of: id))) }

    static func captured(_ id: TaskID, _ number: Int) throws -> CapturedRecording {
        try Fixture.captured(id, number, start: created(Self.number(of: id)))
    }

    func keys(of id: TaskID) -> [RecordingKey] { keysByTask[id] ?? [] }

    func keys(of day: ArchiveDay) -> [RecordingKey] { allKeys.filter { Self.day(of: $0.taskID) == day } }

    func tasks(of day: ArchiveDay) -> [TaskID] { tasks.keys.filter { Self.day(of: $0) == day }.sorted() }

    func copies(of key: RecordingKey) -> [(archive: ArchiveName, copy: Copy)] {
        archives.keys.sorted().compactMap { name in archives[name]?.copies[key].map { (name, $0) } }
    }

    /// The copy that counts.
    func copy(of key: RecordingKey) -> Copy? {
        recordings[key]?.holder.flatMap { archives[$0]?.copies[key] }
    }

    func open(_ day: ArchiveDay) -> ArchiveName? { archives.first { $0.key.day == day && !$0.value.isSealed }?.key }

    var sealed: [ArchiveName] { archives.filter(\.value.isSealed).keys.sorted() }
}

extension RecordingKey {
    var name: String { "\(taskID)\(recordingID)" }
}
