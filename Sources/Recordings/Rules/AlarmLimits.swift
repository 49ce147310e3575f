/// The configured limits of alarms.
package struct AlarmLimits: Hashable, Sendable {
    /// An alarm if no pass has completed within this time.
    package var completePass: Duration
    /// An alarm if a day has less than this percentage of its weekday's median; 0 for never.
    package var volumePercent: Int
    /// An alarm if a token expires within this time.
    package var token: Duration
    /// An alarm if the horizon of an unexplained gap passes within this time.
    package var horizon: Duration
    /// An alarm if the provider purges something missing within this time.
    package var purge: Duration
    /// An alarm if a day ended longer ago than this and is not closed, or disagrees with another source.
    package var openDay: Duration
    /// An alarm if an anchor has seen no checkpoint for this long.
    package var anchor: Duration
    /// An alarm if the file system has fewer free bytes than this.
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
