import Recordings

/// What is known to be damaged of one organization, for alarms.
package struct DamageFigures: Hashable, Sendable {
    /// Recordings that are damaged and can still be repaired, as far as anyone knows.
    package var repairable = 0
    /// Recordings that are damaged, could not be fetched again, and that nobody has explained.
    package var lost = 0
    /// Archives whose files are altered, or that have faults of their own, with the reason, by name.
    package var archives: [AlteredArchives.Archive] = []
    /// The days that any of these are of.
    package var days: Set<ArchiveDay> = []

    package init() {}
}
