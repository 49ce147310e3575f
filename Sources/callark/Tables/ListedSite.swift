import Reports
import Recordings
import WebexContactCenter

/// A site and its organization.
struct ListedSite {
    var organization: OrganizationName
    var site: Site

    static var table: Table<ListedSite> {
        Table(
            type: "site",
            columns: [
                .init(name: "organization", heading: nil) { .text($0.organization.description) },
                .init(name: "id", heading: "ID", rank: 1, line: 3) { .text($0.site.id.description) },
                .init(name: "name", heading: "NAME") { .text($0.site.fields.name) },
                .init(
                    name: "active",
                    heading: "ACTIVE",
                    rank: 2,
                    value: { .boolean($0.site.fields.isActive) },
                    text: { $0.site.fields.isActive ? "yes" : "no" }
                ),
                .init(
                    name: "multimedia_profile_id",
                    heading: "MULTIMEDIA PROFILE",
                    rank: 4,
                    line: 2,
                    label: "multimedia profile "
                ) {
                    .text($0.site.fields.multimediaProfileID)
                },
                .init(name: "version", heading: "VERSION", isNumber: true, rank: 6, line: 2, label: "version ") {
                    .init($0.site.version)
                },
                .init(
                    name: "system_default",
                    heading: "MADE BY",
                    rank: 5,
                    line: 2,
                    label: "made by the ",
                    value: { .boolean($0.site.isSystemDefault) },
                    text: { $0.site.isSystemDefault ? "provider" : "" }
                ),
                .init(name: "created_time", heading: nil) { .init($0.site.createdTime?.description) },
                .init(name: "last_updated_time", heading: nil) { .init($0.site.lastUpdatedTime?.description) },
                .init(name: "description", heading: "DESCRIPTION", rank: 3, least: 12, wraps: true, line: 1) {
                    .text($0.site.fields.description)
                },
            ]
        )
    }
}
