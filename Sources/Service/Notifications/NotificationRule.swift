import Archiver
import Recordings

/// Decides what a channel is told. It does not read a clock.
struct NotificationRule: Sendable {
    /// Which alarms the channel wants.
    let severities: Set<Alarm.Severity>

    /// An alarm that goes on, as a channel knows it: several alarms with the same code about the same organization are one.
    struct Key: Hashable, Sendable {
        /// Empty for the machine.
        var organization: String
        var code: Alarm.Code
    }

    /// What the channel was told last.
    struct Known: Hashable, Sendable {
        var alarm: Alarm
        /// How severe it was when the channel took it; `nil` if it has not.
        var told: Alarm.Severity?
    }

    /// The changes since the channel was told last.
    struct Change: Hashable, Sendable {
        var begun: [Alarm] = []
        var ended: [Alarm] = []
        /// Alarms that ended before the channel was told that they began: nothing to tell.
        var forgotten: [Key] = []

        var isEmpty: Bool { begun.isEmpty && ended.isEmpty && forgotten.isEmpty }
    }

    static func key(of alarm: Alarm) -> Key { Key(organization: alarm.organization ?? "", code: alarm.code) }

    /// Compares the present alarms with what the channel knows. An alarm that was a warning and is now critical begins
    /// again.
    func change(_ alarms: [Alarm], _ known: [Key: Known]) -> Change {
        var present: [Key: Alarm] = [:]
        for alarm in alarms where severities.contains(alarm.severity) {
            let key = Self.key(of: alarm)
            guard let other = present[key] else {
                present[key] = alarm
                continue
            }
            let isWorse = alarm.severity == .critical && other.severity == .warning
            var joined = isWorse ? alarm : other
            joined.message = "\(other.message); \(alarm.message)"
            present[key] = joined
        }
        // What cannot be looked at may go on.
        let hidden = Set(alarms.filter { $0.code == .notChecked }.map { $0.organization ?? "" })
        var change = Change()
        for (key, alarm) in present.sorted(by: { Self.isEarlier($0.key, $1.key) }) {
            let told = known[key]?.told
            if told == nil || told == .warning && alarm.severity == .critical { change.begun.append(alarm) }
        }
        for (key, before) in known.sorted(by: { Self.isEarlier($0.key, $1.key) }) where present[key] == nil {
            guard !hidden.contains(key.organization) || key.code == .notChecked else { continue }
            if before.told != nil { change.ended.append(before.alarm) } else { change.forgotten.append(key) }
        }
        return change
    }

    private static func isEarlier(_ lhs: Key, _ rhs: Key) -> Bool {
        (lhs.organization, lhs.code.rawValue) < (rhs.organization, rhs.code.rawValue)
    }
}
