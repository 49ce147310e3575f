import Foundation
import Manifest
import Recordings
import WebexContactCenter

/// Estimates what a pass over a window would take: it lists the tasks, asks what the provider has for those that are
/// not settled, and extrapolates. It takes no lock and writes nothing except a renewed token, so it may run at the same
/// time as a pass.
///
/// Counting everything takes one request per ten calls. In a long window it therefore lists only some days, the same
/// number of each weekday. If there are many calls, it asks about only some of them. It then extrapolates the total,
/// with the error that this causes, unless everything is to be counted.
package struct Estimating: Sendable {
    private let manifest: Manifest?
    private let rules: PassSettings
    private let contactCenter: ContactCenter
    private let provider: ProviderSettings
    private let isExact: Bool
    private let altered: AlteredArchives
    private let now: @Sendable () -> Timestamp

    /// If a window has more days than this, only some are listed.
    static let maxDaysListed = 31
    /// How many of each weekday are listed then.
    static let daysOfEachWeekday = 4
    /// How many calls of the whole window are asked about: sixty requests.
    static let maxTasksAsked = 600
    /// How many calls of a day are asked about at least, if it has as many.
    static let fewestTasksAsked = 20

    /// - Parameters:
    ///   - manifest: what is known; `nil` if there is none yet.
    ///   - provider: the provider settings that a pass would use.
    ///   - contactCenter: the client to ask. It has a small share of the quota, because a pass may be running.
    ///   - isExact: counts everything, however many requests that takes.
    ///   - altered: archives whose files are not as they were sealed; a pass does not count their recordings as held
    ///     either.
    package init(
        manifest: Manifest?,
        rules: PassSettings,
        provider: ProviderSettings,
        contactCenter: ContactCenter,
        isExact: Bool,
        altered: AlteredArchives,
        now: @escaping @Sendable () -> Timestamp = { Timestamp(Date()) }
    ) {
        self.manifest = manifest
        self.rules = rules
        self.provider = provider
        self.isExact = isExact
        self.altered = altered
        self.now = now
        self.contactCenter = contactCenter
    }

    /// Estimates one organization's part of a pass.
    /// - Parameter listing: called before each day is listed, with its number and how many there are.
    /// - Throws: ``ArchiverError`` with codes `badWindow` and `stopped`; `ProviderError`; `ManifestError`.
    package func run(
        _ request: PassWindow.Request,
        stop: StopRequest,
        listing: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
    ) async throws -> Estimate {
        let began = now()
        let name = provider.organization
        let window = try PassWindow.resolve(
            request,
            rules: rules.windowRules,
            listedThrough: try await manifest?.watermark(name),
            now: began
        )
        if window.isExplicit { try ListingPart.requireReach(window.range, now: began, timeZone: rules.timeZone) }
        let history = try await manifest?.weightHistory(name) ?? WeightHistory()
        let pieces = pieces(of: window.range)
        let chosen = isExact ? pieces : Self.chosen(pieces)
        let quota = isExact ? Int.max : max(Self.fewestTasksAsked, Self.maxTasksAsked / max(1, chosen.count))
        var counts: [PieceCount] = []
        for piece in chosen {
            listing(counts.count + 1, chosen.count)
            let count = try await stop.cancelling { try await self.count(piece, quota: quota, history) }
            counts.append(count)
            if stop.isMade { throw ArchiverError(.stopped, "stopped on request") }
        }
        var estimate = estimate(window, pieces, counts, history)
        let known = try await known(of: window.range, at: began)
        estimate.recordings.damaged = known.recordings.unrepaired
        estimate.hasDamage = known.hasDamage
        return estimate
    }

    /// What a pass would count in the window without listing anything.
    private func known(of window: Range<Timestamp>, at now: Timestamp) async throws -> PassSummary {
        let name = provider.organization
        guard let manifest, try await manifest.organizations().contains(where: { $0.name == name }) else {
            return PassSummary()
        }
        let standpoint = Standpoint(
            now: now,
            today: rules.day(of: now),
            horizon: rules.askSchedule.horizon,
            retention: rules.retention[name] ?? GapRule.usualRetention,
            altered: altered
        )
        return try await manifest.reconciliation(organization: name, window: window, at: standpoint).total
    }

    // MARK: - Which days

    /// A day of the window, or the part of it that is in the window.
    struct Piece: Hashable, Sendable {
        var day: ArchiveDay
        var range: Range<Timestamp>

        /// 0 (Thursday) to 6.
        var weekday: Int { Int(((day.daysSince1970 % 7) + 7) % 7) }
    }

    private func pieces(of window: Range<Timestamp>) -> [Piece] {
        guard !window.isEmpty else { return [] }
        let last = rules.day(of: window.upperBound - .milliseconds(1))
        return rules.day(of: window.lowerBound).through(last).map { day in
            Piece(day: day, range: day.interval(in: rules.timeZone).clamped(to: window))
        }
    }

    /// Every day of a short window; of a long one, the same number of each weekday, spread over all of it.
    static func chosen(_ pieces: [Piece]) -> [Piece] {
        guard pieces.count > maxDaysListed else { return pieces }
        return Dictionary(grouping: pieces, by: \.weekday).values.flatMap { group in
            let wanted = min(daysOfEachWeekday, group.count)
            return (0..<wanted).map { group[(2 * $0 + 1) * group.count / (2 * wanted)] }
        }
        .sorted { $0.day < $1.day }
    }

    // MARK: - One day

    /// The counts of one day.
    private struct PieceCount: Sendable {
        var piece: Piece
        var tasks = Estimate.Tasks()
        var recordings = Estimate.Recordings()
        var bytes = EstimatedNumber.zero
        var pages = 0
    }

    private func count(_ piece: Piece, quota: Int, _ history: WeightHistory) async throws -> PieceCount {
        var count = PieceCount(piece: piece)
        var sample = TaskSample(size: quota)
        var tasks = Counter()
        // The provider may list a task twice; Search and the task list may both have one.
        var seen: Set<TaskID> = []
        for part in ListingPart.parts(of: piece.range, now: now()) {
            for try await page in part.pages(of: contactCenter, now: now()) {
                count.pages += 1
                let fresh = page.tasks.filter { seen.insert($0.id).inserted }
                let name = provider.organization
                let holdings =
                    try await manifest?.holdings(of: fresh.map(\.id), organization: name, altered: altered) ?? [:]
                for task in fresh { tasks.take(task, holdings[task.id], into: &sample) }
            }
        }
        // The last page is followed by another request even if it is not full, because nothing says that it is the
        // last.
        if tasks.tasks.listed.value > 0 { count.pages += 1 }
        count.tasks = tasks.tasks
        count.recordings.held = EstimatedNumber(Double(tasks.held))
        count.recordings.tasks = EstimatedNumber(Double(sample.population))
        try await ask(about: sample, into: &count, history)
        return count
    }

    /// Asks what the provider lists for these tasks, and counts what is not held yet.
    private func ask(about sample: TaskSample, into count: inout PieceCount, _ history: WeightHistory) async throws {
        let asked = sample.tasks
        let answer = try await contactCenter.captures(of: asked.map(\.id), options: rules.captureOptions)
        var recordings: [TaskID: Double] = [:]
        var bytes: [TaskID: Double] = [:]
        let held = Dictionary(uniqueKeysWithValues: asked.map { ($0.id, $0.held) })
        for capture in answer.captures {
            // If some recordings of a task are held, the first ones listed are taken for these.
            for recording in capture.recordings.dropFirst(held[capture.taskID] ?? 0) {
                recordings[capture.taskID, default: 0] += 1
                bytes[capture.taskID, default: 0] += history.bytes(of: recording)
            }
        }
        count.recordings.tasksAsked = asked.count
        count.recordings.expected = SampleTotal.total(
            of: asked.map { recordings[$0.id] ?? 0 },
            population: sample.population
        )
        count.bytes = SampleTotal.total(of: asked.map { bytes[$0.id] ?? 0 }, population: sample.population)
    }

    // MARK: - All days

    private func estimate(
        _ window: PassWindow,
        _ pieces: [Piece],
        _ counts: [PieceCount],
        _ history: WeightHistory
    ) -> Estimate {
        var estimate = Estimate(organization: provider.organization, window: window)
        estimate.days = pieces.count
        estimate.daysListed = counts.count
        let sizes = Dictionary(grouping: pieces, by: \.weekday).mapValues(\.count)
        func total(_ value: (PieceCount) -> EstimatedNumber) -> EstimatedNumber {
            let numbers = counts.map { (weekday: $0.piece.weekday, number: value($0)) }
            return Self.total(numbers, sizes: sizes, isWhole: counts.count == pieces.count)
        }
        estimate.tasks.listed = total(\.tasks.listed)
        estimate.tasks.captureRequested = total(\.tasks.captureRequested)
        estimate.tasks.notRequested = total(\.tasks.notRequested)
        estimate.tasks.undetermined = total(\.tasks.undetermined)
        estimate.tasks.settled = total(\.tasks.settled)
        for status in Set(counts.flatMap(\.tasks.byStatus.keys)) {
            estimate.tasks.byStatus[status] = total { $0.tasks.byStatus[status] ?? .zero }
        }
        estimate.recordings.held = total(\.recordings.held)
        estimate.recordings.tasks = total(\.recordings.tasks)
        estimate.recordings.expected = total(\.recordings.expected)
        estimate.recordings.tasksAsked = counts.reduce(0) { $0 + $1.recordings.tasksAsked }
        estimate.bytes = total(\.bytes)
        estimate.basis = history.basis
        estimate.requestsPerMinute = provider.pace
        estimate.requests.listing = total { EstimatedNumber(Double($0.pages)) }
        estimate.requests.captures = total { $0.recordings.tasks * 0.1 }
        estimate.requests.captures.value = estimate.requests.captures.value.rounded(.up)
        if provider.crossChecksActivities { estimate.requests.crossChecks = EstimatedNumber(Double(pieces.count)) }
        let minutes = estimate.requests.total.value / Double(provider.pace)
        estimate.requestTime = .seconds(minutes * 60)
        if history.receivingTime > .zero {
            let rate = Double(history.receivedBytes) / history.receivingTime.seconds
            estimate.bytesPerSecond = rate
            if rate > 0 { estimate.downloadTime = .seconds(estimate.bytes.value / rate) }
        }
        return estimate
    }

    /// The total over all days. For each weekday, the listed days represent the others.
    static func total(
        _ values: [(weekday: Int, number: EstimatedNumber)],
        sizes: [Int: Int],
        isWhole: Bool
    ) -> EstimatedNumber {
        if isWhole { return values.reduce(.zero) { $0 + $1.number } }
        return Dictionary(grouping: values, by: \.weekday).reduce(.zero) { sum, group in
            sum
                + SampleTotal.total(
                    of: group.value.map(\.number.value),
                    population: sizes[group.key] ?? group.value.count,
                    within: group.value.reduce(0) { $0 + $1.number.variance }
                )
        }
    }
}

extension Estimating {
    /// Tasks that may still get recordings, and an unbiased sample of them: those whose IDs have the smallest hashes,
    /// so that the same question draws the same tasks.
    struct TaskSample {
        struct Drawn {
            var id: TaskID
            var held: Int
            fileprivate var hash: UInt64
        }

        private let size: Int
        private(set) var population = 0
        private(set) var tasks: [Drawn] = []

        init(size: Int) { self.size = size }

        mutating func take(_ id: TaskID, held: Int) {
            population += 1
            let drawn = Drawn(id: id, held: held, hash: Self.hash(id))
            guard tasks.count == size else { return tasks.append(drawn) }
            guard let largest = tasks.indices.max(by: { tasks[$0].hash < tasks[$1].hash }),
                drawn.hash < tasks[largest].hash
            else { return }
            tasks[largest] = drawn
        }

        /// FNV-1a with a final mixing step, because IDs have similar beginnings.
        private static func hash(_ id: TaskID) -> UInt64 {
            var hash = id.description.utf8.reduce(0xCBF2_9CE4_8422_2325) { (sum: UInt64, byte) in
                (sum ^ UInt64(byte)) &* 0x100_0000_01B3
            }
            hash ^= hash >> 32
            hash &*= 0x9E37_79B9_7F4A_7C15
            return hash ^ (hash >> 29)
        }
    }

    /// Counts the tasks of a day.
    private struct Counter {
        var tasks = Estimate.Tasks()
        var held = 0

        mutating func take(_ task: ListedTask, _ holding: TaskHolding?, into sample: inout TaskSample) {
            tasks.listed.value += 1
            tasks.byStatus[task.status.description, default: .zero].value += 1
            switch task.captureRequest {
            case .requested: tasks.captureRequested.value += 1
            case .notRequested: tasks.notRequested.value += 1
            case .undetermined: tasks.undetermined.value += 1
            }
            held += holding?.held ?? 0
            let isOpen = holding.map { $0.isOpen || $0.wanted > 0 } ?? (task.captureRequest != .notRequested)
            if isOpen {
                sample.take(task.id, held: holding.map { $0.held + $0.damaged } ?? 0)
            } else {
                tasks.settled.value += 1
            }
        }
    }
}

extension WeightHistory {
    /// The likely size of a recording: by its type and duration, like others of that type.
    fileprivate func bytes(of recording: CapturedRecording) -> Double {
        let similar = byCallType[recording.key.callType].flatMap { $0.recordings >= 5 ? $0 : nil } ?? all
        guard let duration = recording.statedDuration else {
            guard similar.recordings > 0 else {
                return Estimate.assumedDuration * Estimate.assumedBytesPerSecond
            }
            return Double(similar.bytes) / Double(similar.recordings)
        }
        return duration.seconds * (similar.bytesPerSecond ?? Estimate.assumedBytesPerSecond)
    }

    fileprivate var basis: Estimate.Basis {
        guard let rate = all.bytesPerSecond else {
            return .assumed(bytesPerSecond: Estimate.assumedBytesPerSecond)
        }
        return .history(recordings: all.recordings, bytesPerSecond: rate)
    }
}

extension RecordingWeight {
    fileprivate var bytesPerSecond: Double? {
        statedMilliseconds > 0 ? Double(statedBytes) * 1000 / Double(statedMilliseconds) : nil
    }
}
