import Recordings

/// The time, the horizon and the state of the disk at which a query is answered. They decide what is a gap, what is
/// late and what is complete. Gaps are derived from them and never stored, so they cannot be out of date.
package struct Standpoint: Hashable, Sendable {
    package var now: Timestamp
    /// The current day in the archive's time zone. What is stored for an earlier day should be archived.
    package var today: ArchiveDay
    /// How long after its creation a task's recording may still appear (`captures.horizon_days`).
    package var horizon: Duration
    /// How long after a task's creation the provider keeps its recordings (`captures.provider_retention_days`).
    package var retention: Duration
    /// The sealed archives whose files are missing or altered at this moment: what they hold is damaged.
    package var altered: AlteredArchives

    package init(
        now: Timestamp,
        today: ArchiveDay,
        horizon: Duration,
        retention: Duration = GapRule.usualRetention,
        altered: AlteredArchives = AlteredArchives()
    ) {
        self.now = now
        self.today = today
        self.horizon = horizon
        self.retention = retention
        self.altered = altered
    }

    /// The rule for gaps at this standpoint.
    package var gaps: GapRule { GapRule(now: now, horizon: horizon, retention: retention) }
}
