import Archiver
import Recordings
import Testing

@testable import Service

/// Which changes of alarms a channel is told.
@Suite struct `A notification` {
    private typealias Known = [NotificationRule.Key: NotificationRule.Known]

    private static let all = NotificationRule(severities: [.critical, .warning])
    private static let critical = NotificationRule(severities: [.critical])

    private func alarm(
        _ code: Alarm.Code = .daysOpen,
        _ severity: Alarm.Severity = .warning,
        of organization: String? = "acme",
        _ message: String = "m"
    ) -> Alarm {
        Alarm(severity, code, organization: organization, message)
    }

    private func known(_ alarms: (Alarm, told: Alarm.Severity?)...) -> Known {
        alarms.reduce(into: [:]) { known, entry in
            known[NotificationRule.key(of: entry.0)] = NotificationRule.Known(alarm: entry.0, told: entry.told)
        }
    }

    @Test func `tells an alarm once when it begins, and once when it ends`() {
        let open = alarm()
        #expect(Self.all.change([open], [:]).begun == [open])
        #expect(Self.all.change([open], known((open, .warning))).isEmpty)
        // Its words change each hour.
        #expect(Self.all.change([alarm(.daysOpen, .warning, of: "acme", "other")], known((open, .warning))).isEmpty)
        #expect(Self.all.change([], known((open, .warning))).ended == [open])
    }

    @Test func `is tried again until it is taken, and forgotten if the alarm ends before`() {
        let open = alarm()
        #expect(Self.all.change([open], known((open, nil))).begun == [open])
        let change = Self.all.change([], known((open, nil)))
        #expect(change.begun.isEmpty && change.ended.isEmpty)
        #expect(change.forgotten == [NotificationRule.key(of: open)])
    }

    @Test func `tells a warning that becomes critical again, and not the other way round`() {
        let (mild, grave) = (alarm(.diskLow, .warning, of: nil), alarm(.diskLow, .critical, of: nil))
        #expect(Self.all.change([grave], known((mild, .warning))).begun == [grave])
        // Not taken: what the channel was told is still the warning.
        #expect(Self.all.change([grave], known((grave, .warning))).begun == [grave])
        #expect(Self.all.change([mild], known((grave, .critical))).isEmpty)
        #expect(Self.critical.change([mild], [:]).isEmpty)
        #expect(Self.critical.change([mild], known((grave, .critical))).ended == [grave])
    }

    @Test func `joins alarms with the same code, and keeps organizations apart`() {
        let pair = [
            alarm(.archivesDamaged, .warning, of: "acme", "a"), alarm(.archivesDamaged, .critical, of: "acme", "b"),
        ]
        let begun = Self.all.change(pair + [alarm(.archivesDamaged, .warning, of: "beta")], [:]).begun
        #expect(begun.map(\.organization) == ["acme", "beta"])
        #expect(begun.first?.message == "a; b" && begun.first?.severity == .critical)
    }

    @Test func `does not tell an end that only cannot be seen`() {
        let open = alarm()
        let blind = alarm(.notChecked, .warning)
        #expect(Self.all.change([blind], known((open, .warning), (blind, .warning))).isEmpty)
        let elsewhere = alarm(.notChecked, .warning, of: "beta")
        #expect(Self.all.change([elsewhere], known((open, .warning), (elsewhere, .warning))).ended == [open])
        #expect(Self.all.change([open], known((open, .warning), (blind, .warning))).ended == [blind])
    }

    @Test func `says in its subject what is worst`() {
        func subject(_ begun: [Alarm], _ ended: [Alarm] = []) -> String {
            AlarmNotice(id: "x", time: .init(millisecondsSince1970: 0), begun: begun, ended: ended).subject
        }
        #expect(subject([alarm()]) == "Callark: warning: acme days_open")
        #expect(subject([alarm(.diskLow, .critical, of: nil), alarm()]) == "Callark: CRITICAL: disk_low and 1 more")
        #expect(subject([], [alarm()]) == "Callark: ended: acme days_open")
    }
}
