/// Decides which request meets which fault; the first rule that applies wins.
struct FaultPlan: Sendable {
    /// What is done to a request, and its name in the counters.
    struct Strike: Sendable {
        var fault: Fault
        var kind: String
    }

    /// A rule, and its counts so far.
    struct Entry: Sendable {
        var rule: FaultRule
        fileprivate(set) var strikes = 0
        /// Requests that it concerned: by recording or task if it draws among them, otherwise all together.
        fileprivate var seen: [String: Int] = [:]
        fileprivate var throttledUntil: Moment?
    }

    private let seed: UInt64
    private(set) var entries: [Entry]

    init(seed: UInt64, rules: [FaultRule]) {
        self.seed = seed
        entries = rules.map { Entry(rule: $0) }
    }

    mutating func add(_ rule: FaultRule) {
        entries.append(Entry(rule: rule))
    }

    /// Whether any rule is about listed recordings.
    var concernsListing: Bool { entries.contains { $0.rule.fault.isOfListing } }

    /// Decides what happens to a request, and counts it.
    /// - Parameter tasks: the tasks in a captures/query.
    mutating func strike(at endpoint: Endpoint, path: String, tasks: [String] = [], now: Moment) -> Strike? {
        for index in entries.indices
        where entries[index].rule.endpoint == endpoint && entries[index].rule.holds(at: now) {
            guard let subject = subject(of: entries[index].rule, path, tasks) else { continue }
            if let fault = apply(index, to: subject, now: now) {
                entries[index].strikes += 1
                return Strike(fault: fault, kind: entries[index].rule.fault.kind)
            }
        }
        return nil
    }

    /// The faults of the listing that apply to a recording, in the order of their rules.
    func listingFaults(task: String, recording: String, now: Moment) -> [(index: Int, fault: Fault)] {
        entries.indices.compactMap { index in
            let rule = entries[index].rule
            guard rule.fault.isOfListing, rule.holds(at: now),
                rule.pathContains.map({ $0 == task || $0 == recording }) ?? true, isDrawn(recording, by: rule)
            else { return nil }
            return (index, rule.fault)
        }
    }

    /// Counts a fault of the listing that a client has seen.
    mutating func countListing(_ index: Int) {
        entries[index].strikes += 1
    }

    /// The key by which a request is counted: empty for all together.
    /// - Returns: `nil` if the rule does not concern it.
    private func subject(of rule: FaultRule, _ path: String, _ tasks: [String]) -> String? {
        if rule.fault.isOfListing { return nil }
        if case .poisonedTask = rule.fault {
            return tasks.first { id in (rule.pathContains.map { $0 == id } ?? true) && isDrawn(id, by: rule) }
        }
        guard rule.pathContains.map({ path.contains($0) }) ?? true else { return nil }
        guard rule.recordings != nil else { return "" }
        // /media/{organization}/{task}/{recording}/{file}
        let parts = path.split(separator: "/")
        guard rule.endpoint == .media, parts.count > 3 else { return nil }
        let recording = String(parts[3])
        return isDrawn(recording, by: rule) ? recording : nil
    }

    /// The same answer whatever other rules exist, and at any time.
    private func isDrawn(_ id: String, by rule: FaultRule) -> Bool {
        guard let share = rule.recordings, share < 1 else { return true }
        var random = SeededRandom(seed, 0x6472_6177, rule.fault.kind.hashed, id.hashed)
        return random.chance(share)
    }

    private mutating func apply(_ index: Int, to subject: String, now: Moment) -> Fault? {
        let rule = entries[index].rule
        if case .throttle(_, let tells) = rule.fault, let end = entries[index].throttledUntil, now < end {
            return Self.throttled(for: now.distance(to: end), tells: tells)
        }
        let seen = entries[index].seen[subject, default: 0] + 1
        entries[index].seen[subject] = seen
        guard seen > rule.after, applies(rule.trigger, number: seen - rule.after, index, subject) else { return nil }
        guard case .throttle(let duration, let tells) = rule.fault else { return rule.fault }
        entries[index].throttledUntil = now + duration
        return Self.throttled(for: duration.milliseconds, tells: tells)
    }

    private static func throttled(for milliseconds: Int64, tells: Bool) -> Fault {
        .status(429, headers: tells ? ["Retry-After": String((milliseconds + 999) / 1000)] : [:])
    }

    private func applies(_ trigger: FaultRule.Trigger, number: Int, _ index: Int, _ subject: String) -> Bool {
        switch trigger {
        case .always: return true
        case .first(let count): return number <= count
        case .every(let count): return number.isMultiple(of: count)
        case .share(let share):
            var random = SeededRandom(seed, 0x6661_756C, UInt64(index), subject.hashed, UInt64(number))
            return random.chance(share)
        }
    }
}
