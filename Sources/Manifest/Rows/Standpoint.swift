import Recordings

/// From where the manifest is judged: what is a gap, what is late and what is complete depends on the time. Gaps are
/// derived from this and never stored, so that they cannot be out of date.
package struct Standpoint: Hashable, Sendable {
    package var now: Timestamp
    /// The day under way in the archive's time zone. What is stored for an earlier day should be archived.
    package var today: ArchiveDay
    /// How long after its creation a task's recording may still come (`captures.horizon_days`).
    package var horizon: Duration
    /// How long after a task's creation the provider keeps its recordings (`captures.provider_retention_days`).
    package var retention: Duration
    /// The sealed archives whose files do not exist at this moment as they were sealed: what they hold is damaged.
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

    /// What is a gap from here.
    package var gaps: GapRule { GapRule(now: now, horizon: horizon, retention: retention) }
}
