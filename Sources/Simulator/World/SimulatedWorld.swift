import Foundation

/// A provider's data, generated from a seed: the same values give the same tasks, recordings and bytes of audio on
/// every machine and at any time. Days count from the world's first one: a world that is moved to other dates has the
/// same calls, and only its times differ. Nothing is stored; each call is generated from its number when it is needed.
package struct SimulatedWorld: Sendable {
    /// The seed of everything.
    package let seed: UInt64
    /// At least one.
    package let organizations: [SimulatedOrganization]
    /// In order, each `2025-11-20`.
    package let days: [String]
    /// Telephone calls on each day in each organization.
    package let callsPerDay: Int
    /// The time zone whose midnights divide the days.
    package let timeZone: TimeZone
    /// The factor for the lengths of all recordings.
    package let scale: Double
    /// What kinds of calls there are.
    package let mix: CallMix
    /// The start of the clock of a simulator of this world; `nil` for the real time.
    let clockStart: Moment?

    let staff: [Staff]
    private let spans: [Range<Moment>]

    /// - Parameters:
    ///   - days: calendar days such as `2025-11-20`, in any order.
    ///   - callsPerDay: telephone calls on each day and in each organization; digital tasks are added to them.
    ///   - scale: 1 for calls of about three minutes, 0.1 for a tenth of that.
    /// - Throws: ``SimulatorError`` for a day that does not exist, no day, no organization or a number below zero.
    package init(
        seed: UInt64,
        organizations: [SimulatedOrganization] = [.acme],
        days: [String],
        callsPerDay: Int,
        timeZone: TimeZone = .gmt,
        scale: Double = 1,
        clock: SimulatedClock.Start = .afterLastDay,
        mix: CallMix = .typical
    ) throws(SimulatorError) {
        let calendarDays = try Self.sorted(days)
        guard let last = calendarDays.last else { throw SimulatorError(.badDay, "a world needs at least one day") }
        guard callsPerDay >= 0, callsPerDay < 1 << 30, scale > 0, (1...255).contains(organizations.count) else {
            throw SimulatorError(
                .badNumber,
                "calls must not be negative, scale must be above 0, organizations 1 to 255"
            )
        }
        self.seed = seed
        self.organizations = organizations
        self.days = calendarDays.map(\.description)
        self.callsPerDay = callsPerDay
        self.timeZone = timeZone
        self.scale = scale
        self.mix = mix
        spans = calendarDays.map { $0.span(in: timeZone) }
        staff = organizations.indices.map { Staff(seed: seed, organization: $0) }
        clockStart =
            switch clock {
            case .system: nil
            case .at(let moment): moment
            case .ahead(let duration): Moment(Date()) + duration
            case .afterLastDay: last.span(in: timeZone).upperBound + .seconds(30 * 3600)
            }
    }

    /// Every task of an organization (by its position), by creation, in its final state.
    package func tasks(organization: Int = 0) -> some Sequence<SimulatedTask> {
        tasks(organization: organization, from: Moment(.min))
    }

    /// The tasks that were created at `from` or later, by creation.
    func tasks(organization: Int, from: Moment) -> some Sequence<SimulatedTask> {
        let start = position(of: from)
        return (start..<(days.count * tasksPerDay)).lazy.map { task(organization, at: $0) }
    }

    /// The tasks that were created in a span of time, by creation; each is generated when it is needed.
    func tasks(organization: Int, createdIn span: Range<Moment>) -> some RandomAccessCollection<SimulatedTask> {
        (position(of: span.lowerBound)..<position(of: span.upperBound)).lazy.map { task(organization, at: $0) }
    }

    /// How many tasks a whole day has, including digital ones.
    var tasksPerDay: Int { callsPerDay + digitalPerDay }

    /// - Returns: `nil` if this world has no such task.
    func task(id: String, organization: Int) -> SimulatedTask? {
        guard let place = Identifier(seed: seed).place(id), place.organization == organization,
            place.day < days.count, place.index < tasksPerDay
        else { return nil }
        let task = task(organization, at: place.day * tasksPerDay + place.index)
        return task.id == id ? task : nil
    }

    private var digitalPerDay: Int { Int(Double(callsPerDay) * mix.digitalShare) }

    private func task(_ organization: Int, at position: Int) -> SimulatedTask {
        let (day, index) = position.quotientAndRemainder(dividingBy: tasksPerDay)
        let place = Identifier.Place(organization: organization, day: day, index: index)
        let maker = CallMaker(world: self, place: place, day: days[day], isLast: isLast(index))
        return maker.task(created: created(day: day, index: index), digital: isDigital(index))
    }

    /// Digital tasks are spread evenly between the calls.
    private func isDigital(_ index: Int) -> Bool {
        func before(_ index: Int) -> Int { (index * digitalPerDay + tasksPerDay / 2) / tasksPerDay }
        return before(index) != before(index + 1) && !(index == 0 && mix.firstRecordingBytes != nil)
    }

    /// The last call of a day continues into the next day.
    private func isLast(_ index: Int) -> Bool { index == tasksPerDay - 1 && callsPerDay >= 10 }

    /// Increases with `index`: each task has its own share of the day, except those that share another's millisecond.
    private func created(day: Int, index: Int) -> Moment {
        let span = spans[day]
        if isLast(index) {
            return max(created(day: day, index: index - 1), span.upperBound - .milliseconds(4000))
        }
        let root = root(of: index, day: day)
        var random = SeededRandom(seed, 0x7469_6D65, UInt64(day), UInt64(root))
        let share = (Double(root) + random.unit()) / Double(tasksPerDay)
        let length = Double(span.lowerBound.distance(to: span.upperBound))
        return span.lowerBound.advanced(by: Int64(DayShape.place(ofShare: share) * length))
    }

    /// The task whose millisecond this one shares; usually itself.
    private func root(of index: Int, day: Int) -> Int {
        let crowd = tasksPerDay / 2
        if index > crowd, index < crowd + mix.tasksInOneMillisecond { return crowd }
        var random = SeededRandom(seed, 0x7061_6972, UInt64(day), UInt64(index))
        let pairs = index > 0 && index != crowd && random.chance(0.015)
        return pairs ? root(of: index - 1, day: day) : index
    }

    /// The first task that was created at `moment` or later, counted over all days.
    private func position(of moment: Moment) -> Int {
        var low = 0
        var high = days.count * tasksPerDay
        while low < high {
            let middle = (low + high) / 2
            let (day, index) = middle.quotientAndRemainder(dividingBy: tasksPerDay)
            if created(day: day, index: index) < moment { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func sorted(_ days: [String]) throws(SimulatorError) -> [CalendarDay] {
        var found = Set<CalendarDay>()
        for text in days {
            guard let day = CalendarDay(text) else {
                throw SimulatorError(.badDay, "'\(text)' is not a day; write it as 2025-11-20")
            }
            found.insert(day)
        }
        return found.sorted()
    }
}
