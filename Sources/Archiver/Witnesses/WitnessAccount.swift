import Manifest
import Recordings

/// The counts of a pass's witnesses for one organization.
struct WitnessAccount: Sendable {
    var search: [ArchiveDay: SearchCount] = [:]
    var statistics: [ArchiveDay: StatisticsCount] = [:]
    /// Why nothing could be compared with a source, from some day on.
    var absences: [DayWitness.Source: String] = [:]
}
