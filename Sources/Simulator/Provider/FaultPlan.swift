/// Decides which request meets which fault; the first rule that applies wins.
struct FaultPlan: Sendable {
    private let seed: UInt64
    private var seen: [Int]
    private(set) var rules: [FaultRule]

    init(seed: UInt64, rules: [FaultRule]) {
        self.seed = seed
        self.rules = rules
        seen = rules.map { _ in 0 }
    }

    mutating func add(_ rule: FaultRule) {
        rules.append(rule)
        seen.append(0)
    }

    mutating func fault(for endpoint: Endpoint, path: String) -> Fault? {
        for index in rules.indices where concerns(rules[index], endpoint, path) {
            seen[index] += 1
            if applies(rules[index].trigger, index) { return rules[index].fault }
        }
        return nil
    }

    private func concerns(_ rule: FaultRule, _ endpoint: Endpoint, _ path: String) -> Bool {
        rule.endpoint == endpoint && (rule.pathContains.map { path.contains($0) } ?? true)
    }

    private func applies(_ trigger: FaultRule.Trigger, _ index: Int) -> Bool {
        switch trigger {
        case .always: return true
        case .first(let count): return seen[index] <= count
        case .share(let share):
            var random = SeededRandom(seed, 0x6661_756C, UInt64(index), UInt64(seen[index]))
            return random.chance(share)
        }
    }
}
