import Manifest
import Recordings

/// What a pass's witnesses say about one organization.
struct WitnessAccount: Sendable {
    /// `nil` if activities were not compared.
    var activities: ActivityFinding?
    var search: [ArchiveDay: SearchCount] = [:]
    var statistics: [ArchiveDay: StatisticsCount] = [:]
    /// Why nothing could be compared with a source, from some day on.
    var absences: [DayWitness.Source: String] = [:]
}
