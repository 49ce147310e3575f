import DailyArchive
import Files
import Manifest
import Recordings

extension Watch {
    /// After how long without a check a lock counts as unproven. The service checks each day.
    private static let checkValidity = Duration.hours(24 * 30)

    /// What is sealed and not in the vault.
    /// - Parameter isUnderWay: whether a pass is running, which may be putting it there.
    package func alarms(
        of organization: OrganizationName,
        vault figures: VaultFigures,
        place: String,
        isUnderWay: Bool,
        now: Timestamp
    ) -> [Alarm] {
        let waiting = figures.waiting
        guard waiting.archives > 0 else { return [] }
        let isLate = figures.waitingSince.map { $0 + rules.completePass <= now } ?? false
        guard isLate || figures.failure != nil || !isUnderWay else { return [] }
        let archives = waiting.archives == 1 ? "1 sealed archive waits" : "\(waiting.archives) sealed archives wait"
        let recordings = waiting.recordings == 1 ? "1 recording" : "\(waiting.recordings) recordings"
        let since = figures.waitingSince.map { ", the oldest since \($0.named(in: timeZone))" } ?? ""
        let reason = figures.failure.map { "; the last attempt failed: \($0)" } ?? ""
        let message = "\(archives) for the vault \(place) (\(recordings))\(since)\(reason); passes put them there"
        return [
            Alarm(
                isLate ? .critical : .warning,
                .vaultBehind,
                organization: organization.description,
                message,
                command: "callark archive --org \(organization)"
            )
        ]
    }

    /// Whether the vault's lock has been shown to be real.
    package func alarms(ofLock lock: VaultLock, place: String, check: VaultLockCheck?, now: Timestamp) -> [Alarm] {
        guard lock != .none else { return [] }
        let command = "callark vault check"
        guard let check else {
            let message = "the lock of the vault \(place) has never been tried, so it may not be real"
            return [Alarm(.warning, .vaultLockUnproven, message, command: command)]
        }
        let when = check.time.named(in: timeZone)
        if let breach = check.breaches.first {
            let message = "the lock of the vault \(place) is not real: \(breach) (tried at \(when))"
            return [Alarm(.critical, .vaultLockUnproven, message, command: command)]
        }
        if let doubt = check.doubt {
            let message = "whether the lock of the vault \(place) is real, cannot be told: \(doubt) (tried at \(when))"
            return [Alarm(.warning, .vaultLockUnproven, message, command: command)]
        }
        guard check.proves(lock) else {
            let message =
                "at \(when) the vault \(place) was tried for \(check.lock.rawValue), and \(lock.rawValue) is configured"
            return [Alarm(.warning, .vaultLockUnproven, message, command: command)]
        }
        guard check.time + Self.checkValidity <= now else { return [] }
        let message = "the lock of the vault \(place) was tried last at \(when)"
        return [Alarm(.warning, .vaultLockUnproven, message, command: command)]
    }
}
