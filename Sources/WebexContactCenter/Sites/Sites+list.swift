import Recordings
import Transfer

extension Sites {
    private static let pageSize = 100
    /// Far more than any tenant has: endless pages with new sites must end somewhere.
    private static let maxSites = 20_000

    /// All sites, by name.
    ///
    /// Requests pages of the second version until one has nothing new, whatever `meta` says about their number or size.
    /// If they are not available, or do not add up, it also requests the complete list of the first version.
    package func list() async throws(ProviderError) -> [Site] {
        var found: [SiteID: Site] = [:]
        do throws(ProviderError) {
            let isWhole = try await gatherPages(into: &found)
            if !isWhole { try await gatherAll(into: &found) }
        } catch {
            // 404 means a provider without the second version; any other failure is a failure.
            guard error.status == 404, found.isEmpty else { throw error }
            try await gatherAll(into: &found)
        }
        return found.values.sorted { ($0.fields.name, $0.id) < ($1.fields.name, $1.id) }
    }

    /// - Returns: whether the pages ended as they should: with one that has no rows, and with as many sites as `meta`
    ///   says.
    private func gatherPages(into found: inout [SiteID: Site]) async throws(ProviderError) -> Bool {
        var total: Int64?
        var page = 0
        while true {
            var call = call(.get, version: "/v2")
            call.query = [(name: "page", value: String(page)), (name: "pageSize", value: String(Self.pageSize))]
            let (sites, told) = try await exchange.answer(to: call) { json, _ throws(ProviderError) in
                guard let rows = json["data"]?.elements else {
                    throw ProviderError(.malformed, "no list called data in it")
                }
                return (try self.sites(rows), json["meta"]?["totalRecords"]?.integer)
            }
            total = told ?? total
            let known = found.count
            for site in sites { found[site.id] = site }
            if found.count == known {
                return sites.isEmpty && Int64(known) >= total ?? 0
            }
            page += 1
            guard found.count <= Self.maxSites else {
                throw ProviderError(.malformed, "GET site: given up: more than \(Self.maxSites) sites, and no end")
            }
        }
    }

    private func gatherAll(into found: inout [SiteID: Site]) async throws(ProviderError) {
        let sites = try await exchange.answer(to: call(.get)) { json, _ throws(ProviderError) in
            guard let rows = json.elements else { throw ProviderError(.malformed, "no list") }
            return try self.sites(rows)
        }
        for site in sites { found[site.id] = site }
    }

    private func sites(_ rows: [JSONValue]) throws(ProviderError) -> [Site] {
        var sites: [Site] = []
        for row in rows { sites.append(try read(row, in: "GET site")) }
        return sites
    }
}
