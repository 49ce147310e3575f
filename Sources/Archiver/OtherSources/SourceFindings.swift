import Manifest
import Recordings

/// What the provider's other sources said in a pass about one organization.
struct SourceFindings: Sendable {
    /// `nil` if activities were not compared.
    var activities: ActivityFinding?
    var search: [ArchiveDay: SearchCount] = [:]
    var statistics: [ArchiveDay: StatisticsCount] = [:]
    /// Why nothing could be compared with a source, from some day on.
    var absences: [DayComparison.Source: String] = [:]
}
