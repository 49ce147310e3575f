import Files
import Foundation
import Manifest
import Recordings
import Testing

@testable import Archiver

/// The alarms about the vault.
@Suite struct `Alarms about the vault` {
    private static let now = Timestamp(millisecondsSince1970: 1_763_625_600_000)
    private static let rules = AlarmLimits(
        completePass: .hours(36),
        volumePercent: 30,
        token: .hours(24 * 7),
        horizon: .hours(24),
        purge: .hours(24 * 30),
        openDay: .hours(24 * 3),
        anchor: .hours(36),
        freeBytes: 0
    )
    private let watch = Watch(rules: rules, timeZone: .gmt)

    /// Archives that wait, for how many hours, whether a put has failed, whether a pass is running, and what is said.
    static let waiting: [(count: Int, hours: Int, hasFailed: Bool, isRunning: Bool, severity: Alarm.Severity?)] = [
        (0, 100, true, false, nil), (1, 0, false, true, nil), (1, 0, false, false, .warning),
        (2, 1, true, true, .warning), (3, 100, false, true, .critical), (3, 100, true, false, .critical),
    ]

    @Test(arguments: waiting)
    func `count what waits`(count: Int, hours: Int, hasFailed: Bool, isRunning: Bool, severity: Alarm.Severity?) throws
    {
        var figures = VaultFigures()
        figures.waiting.archives = count
        figures.waiting.recordings = count * 7
        figures.waitingSince = count == 0 ? nil : Self.now - .hours(hours)
        figures.failure = hasFailed ? "the store gives no answer" : nil
        let alarms = watch.alarms(
            of: try #require(OrganizationName("acme")),
            vault: figures,
            place: "https://s3.example/b",
            isUnderWay: isRunning,
            now: Self.now
        )
        #expect(alarms.map(\.severity) == (severity.map { [$0] } ?? []))
        guard let alarm = alarms.first else { return }
        #expect(alarm.code == .vaultBehind && alarm.command == "callark archive --org acme")
        #expect(alarm.message.contains("\(count) sealed") && alarm.message.contains("\(count * 7) recording"))
        #expect(alarm.message.contains("no answer") == hasFailed)
    }

    private static func check(_ lock: VaultLock, days: Int, breaches: [String] = [], doubt: String? = nil)
        -> VaultLockCheck
    {
        VaultLockCheck(
            time: now - .hours(24 * days),
            lock: lock,
            breaches: breaches,
            doubt: doubt,
            refusesWrongChecksums: true
        )
    }

    /// What is configured, what was tried, and what is said.
    static let locks: [(lock: VaultLock, check: VaultLockCheck?, severity: Alarm.Severity?)] = [
        (.none, nil, nil), (.none, check(.none, days: 100), nil), (.compliance, nil, .warning),
        (.compliance, check(.compliance, days: 1), nil), (.compliance, check(.compliance, days: 31), .warning),
        (.compliance, check(.governance, days: 1), .warning), (.governance, check(.compliance, days: 1), nil),
        (.governance, check(.governance, days: 1, breaches: ["deleted a locked version"]), .critical),
        (.compliance, check(.none, days: 1), .warning),
        (.compliance, check(.compliance, days: 1, doubt: "it refuses everything"), .warning),
    ]

    @Test(arguments: locks)
    func `say whether the lock is real`(lock: VaultLock, check: VaultLockCheck?, severity: Alarm.Severity?) {
        let alarms = watch.alarms(ofLock: lock, place: "https://s3.example/b", check: check, now: Self.now)
        #expect(alarms.map(\.severity) == (severity.map { [$0] } ?? []))
        #expect(alarms.allSatisfy { $0.code == .vaultLockUnproven && $0.command == "callark vault check" })
    }
}
