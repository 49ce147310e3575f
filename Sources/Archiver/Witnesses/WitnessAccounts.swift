import Manifest
import Recordings
import Synchronization

/// The counts of a pass's witnesses, by organization.
final class WitnessAccounts: Sendable {
    struct Account: Sendable {
        var search: [ArchiveDay: SearchCount] = [:]
        var statistics: [ArchiveDay: StatisticsCount] = [:]
        /// Why nothing could be compared with a source, from some day on.
        var absences: [DayWitness.Source: String] = [:]
    }

    private let accounts = Mutex<[OrganizationName: Account]>([:])

    func add(_ count: SearchCount, of day: ArchiveDay, for organization: OrganizationName) {
        accounts.withLock { $0[organization, default: Account()].search[day] = count }
    }

    func add(_ count: StatisticsCount, of day: ArchiveDay, for organization: OrganizationName) {
        accounts.withLock { $0[organization, default: Account()].statistics[day] = count }
    }

    func set(absence: String, of source: DayWitness.Source, for organization: OrganizationName) {
        accounts.withLock { $0[organization, default: Account()].absences[source] = absence }
    }

    subscript(organization: OrganizationName) -> Account {
        accounts.withLock { $0[organization] ?? Account() }
    }
}
