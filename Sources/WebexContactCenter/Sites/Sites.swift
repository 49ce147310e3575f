import Recordings
import Transfer

extension ContactCenter {
    /// The organization's sites.
    package var sites: Sites { Sites(exchange: exchange, settings: settings) }
}

/// One organization's sites at the provider (wxcc-api 10).
///
/// What changes something is never sent twice blindly: after a failure that leaves open whether the change was made, what
/// is there is read first. Refusals say what stands in the way.
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

    /// Makes a site.
    /// - Throws: `rejected`, saying which site has the name, if one has it already.
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

    /// Changes a site as it was read: the whole object goes back, with what no one here knows of (wxcc-api 10.2).
    /// - Returns: the site as the provider has it now; `site` itself where it is so already.
    /// - Throws: `rejected` if the provider does not want it, or someone else has changed the site meanwhile.
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
            guard updated.fields == fields else { throw .otherThanAsked(site) }
            return updated
        } catch {
            throw await explained(error, updating: site, to: fields)
        }
    }

    /// Deletes a site.
    /// - Throws: `rejected` if it is in use, or the provider's own.
    package func delete(_ site: Site) async throws(ProviderError) {
        guard !site.isSystemDefault else { throw .systemDefault(site) }
        do throws(ProviderError) {
            try await exchange.carryOut(
                call(.delete, site.id),
                decode: { json, _ throws(ProviderError) in
                    // Not a page of some gateway, which would be taken for a deletion.
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
    /// A call of `organization/{orgId}/site…`, below the host rather than its version (wxcc-api 2.1).
    func call(_ method: HTTPRequest.Method, _ id: SiteID? = nil, version: String = "", suffix: String = "") -> APICall {
        let organization = FormEncoding.encoded(settings.organizationID.description)
        let tail = id.map { "/" + FormEncoding.encoded($0.description) } ?? suffix
        var call = APICall(method: method, base: .host, path: "organization/\(organization)\(version)/site\(tail)")
        if method != .get { call.scope = "cjp:config_write" }
        return call
    }

    /// A site out of an answer. Configuration answers have no `meta` that names the organization: each object does.
    func read(_ json: JSONValue, in name: String) throws(ProviderError) -> Site {
        try exchange.requireOwnOrganization(json["organizationId"]?.text, in: name)
        return try Site(json)
    }
}
