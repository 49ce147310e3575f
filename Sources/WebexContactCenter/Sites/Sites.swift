import Recordings
import Transfer

extension ContactCenter {
    /// The organization's sites.
    package var sites: Sites { Sites(exchange: exchange, settings: settings) }
}

/// One organization's sites at the provider (wxcc-api 10).
///
/// A change is never repeated blindly: after a failure that may have made the change, the present state is read first.
/// Refusals name their cause.
package struct Sites: Sendable {
    let exchange: ProviderExchange
    let settings: ProviderSettings

    /// One site.
    /// - Throws: `rejected` if there is none.
    package func site(_ id: SiteID) async throws(ProviderError) -> Site {
        do throws(ProviderError) {
            return try await exchange.answer(to: call(.get, id)) { json, _ throws(ProviderError) in
                try read(json, in: "GET site")
            }
        } catch {
            throw error.explained(about: id)
        }
    }

    /// Creates a site.
    /// - Throws: `rejected`, naming the site that already has the name.
    package func create(_ fields: SiteFields) async throws(ProviderError) -> Site {
        var call = call(.post)
        call.body = fields.json(of: settings.organizationID)
        do throws(ProviderError) {
            return try await exchange.carryOut(
                call,
                decode: { json, _ throws(ProviderError) in try read(json, in: "POST site") },
                done: { () async throws(ProviderError) in try await list().first { $0.fields == fields } }
            )
        } catch {
            throw await explained(error, naming: fields.name)
        }
    }

    /// Changes a site as it was read: the complete object is sent back, including unknown fields (wxcc-api 10.2).
    /// - Returns: the site as the provider has it now; `site` itself if nothing changes.
    /// - Throws: `rejected` if the provider refuses it, or if someone else has changed the site meanwhile.
    package func update(_ site: Site, to fields: SiteFields) async throws(ProviderError) -> Site {
        guard fields != site.fields else { return site }
        guard !site.isSystemDefault else { throw .systemDefault(site) }
        var call = call(.put, site.id)
        call.body = site.json(changedTo: fields, of: settings.organizationID)
        do throws(ProviderError) {
            let updated = try await exchange.carryOut(
                call,
                decode: { json, _ throws(ProviderError) in try read(json, in: "PUT site") },
                done: { () async throws(ProviderError) in
                    let now = try await self.site(site.id)
                    if now.fields == fields { return now }
                    guard now.version == site.version else { throw .changedMeanwhile(site) }
                    return nil
                }
            )
            guard updated.fields == fields else { throw .differsFromRequest(site) }
            return updated
        } catch {
            throw await explained(error, updating: site, to: fields)
        }
    }

    /// Deletes a site.
    /// - Throws: `rejected` if it is in use, or if the provider created it.
    package func delete(_ site: Site) async throws(ProviderError) {
        guard !site.isSystemDefault else { throw .systemDefault(site) }
        do throws(ProviderError) {
            try await exchange.carryOut(
                call(.delete, site.id),
                decode: { json, _ throws(ProviderError) in
                    // Otherwise a page of some gateway would be taken for a deletion.
                    guard json == .null else { throw ProviderError(.malformed, "an answer where none is expected") }
                },
                done: { () async throws(ProviderError) in try await isGone(site.id) ? () : nil }
            )
        } catch {
            throw error.explained(about: site.id, name: site.fields.name)
        }
    }

    private func isGone(_ id: SiteID) async throws(ProviderError) -> Bool {
        do throws(ProviderError) {
            _ = try await site(id)
            return false
        } catch {
            guard error.status == 404 else { throw error }
            return true
        }
    }
}

// MARK: - Calls and answers

extension Sites {
    /// A call of `organization/{orgId}/site…`, below the host and not below its version (wxcc-api 2.1).
    func call(_ method: HTTPRequest.Method, _ id: SiteID? = nil, version: String = "", suffix: String = "") -> APICall {
        let organization = FormEncoding.encoded(settings.organizationID.description)
        let tail = id.map { "/" + FormEncoding.encoded($0.description) } ?? suffix
        var call = APICall(method: method, base: .host, path: "organization/\(organization)\(version)/site\(tail)")
        if method != .get { call.scope = "cjp:config_write" }
        return call
    }

    /// A site from an answer. Configuration answers have no `meta` with the organization; each object has it.
    func read(_ json: JSONValue, in name: String) throws(ProviderError) -> Site {
        try exchange.requireOwnOrganization(json["organizationId"]?.text, in: name)
        return try Site(json)
    }
}
