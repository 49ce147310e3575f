import Recordings
import WebexContactCenter

extension Output {
    /// Writes one site and what was done to it.
    func site(_ site: Site, of organization: OrganizationName, action: String, words: String? = nil) throws {
        try ListedSite.table.write([ListedSite(organization: organization, site: site)], to: self)
        if let words { text(words) }
        try json(SiteSummary(action: action, id: site.id.description))
    }
}
