import Recordings

/// What `callark status --check` calls an alarm.
package struct AlarmSettings: Sendable, Hashable {
    /// No pass has completed for this long.
    package var completePass: Duration
    /// A day has less than this share of the tasks, or of the recordings, that its weekday usually has; 0 for never.
    package var volumePercent: Int
    /// A token ends within this time.
    package var token: Duration
    /// The horizon of an unexplained gap passes within this time.
    package var horizon: Duration
    /// The provider purges something that is missing within this time.
    package var purge: Duration
    /// A day ended longer ago than this, and is not closed, or disagrees with another source.
    package var openDay: Duration
    /// An anchor has seen no checkpoint for this long.
    package var anchor: Duration
    /// The root's file system has fewer free bytes than this.
    package var freeBytes: Int64

    package init(
        completePass: Duration,
        volumePercent: Int,
        token: Duration,
        horizon: Duration,
        purge: Duration,
        openDay: Duration,
        anchor: Duration = .hours(36),
        freeBytes: Int64
    ) {
        self.completePass = completePass
        self.volumePercent = volumePercent
        self.token = token
        self.horizon = horizon
        self.purge = purge
        self.openDay = openDay
        self.anchor = anchor
        self.freeBytes = freeBytes
    }
}
