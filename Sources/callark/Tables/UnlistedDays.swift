import Reports
import Recordings

/// The days of a time range for which no pass has read the task list, or only a part of it. Which calls they had is
/// unknown, so their absence from a list says nothing.
struct UnlistedDays {
    private(set) var days: Set<ArchiveDay> = []
    private var organizations: Set<OrganizationName> = []
    private let today: ArchiveDay
    /// Whether a command has to name the organization.
    private let namesOrganizations: Bool

    init(today: ArchiveDay, namesOrganizations: Bool) {
        self.today = today
        self.namesOrganizations = namesOrganizations
    }

    /// Adds days of one organization.
    mutating func add(_ more: [ArchiveDay], of organization: OrganizationName) {
        guard !more.isEmpty else { return }
        days.formUnion(more)
        organizations.insert(organization)
    }

    /// For people, with the command that lists those days; `nil` if there are none.
    var text: String? {
        guard let first = days.min(), let last = days.max() else { return nil }
        let which =
            days == [today]
            ? "\(today) is not listed up to now"
            : "\(Readable.count(days.count, "day")) of this time \(days.count == 1 ? "was" : "were") not listed, "
                + "or only in part"
        let time =
            first == last
            ? "--day \(first)" : last < today ? "--from \(first) --to \(last.next)" : "--from \(first)"
        let only = organizations.count == 1 ? organizations.first : nil
        let org = namesOrganizations ? only.map { "--org \($0) " } ?? "" : ""
        return "\(which): what calls there were is not known; callark archive \(org)\(time)"
    }
}
