import Recordings

/// What is known to be damaged in one organization, for alarms.
package struct DamageFigures: Hashable, Sendable {
    /// Damaged recordings that can still be repaired, as far as is known.
    package var repairable = 0
    /// Damaged recordings that could not be fetched again, and are not explained.
    package var lost = 0
    /// Archives whose files are altered, or that have faults of their own, with the reason, by name.
    package var archives: [AlteredArchives.Archive] = []
    /// The days that have any of this damage.
    package var days: Set<ArchiveDay> = []

    package init() {}
}
