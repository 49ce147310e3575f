import Recordings

extension Sites {
    /// A refusal to create a site, with its cause (wxcc-api 10.1).
    func explained(_ error: ProviderError, naming name: String) async -> ProviderError {
        guard error.code == .rejected else { return error }
        var error = error
        switch error.status {
        case 409:
            let holder = try? await list().first { $0.fields.name == name }
            let place = holder.map { ", site \($0.id)" } ?? ""
            error.advice = "there is a site named \"\(name)\" already\(place): choose another name, or update that one"
        case 400: error.advice = "check the name and the multimedia profile's ID"
        default: break
        }
        return error
    }

    /// A refusal to change a site.
    func explained(
        _ error: ProviderError,
        updating site: Site,
        to fields: SiteFields
    ) async -> ProviderError {
        guard error.code == .rejected, error.status == 409 || error.status == 412 else {
            let isOther = error.code == .rejected && error.status == 400
            return isOther
                ? await explained(error, naming: fields.name) : error.explained(about: site.id, name: site.fields.name)
        }
        // The published description has no special status for a version that is not the newest (wxcc-api 16).
        let now = try? await self.site(site.id)
        if let now, now.version != site.version { return .changedMeanwhile(site, error) }
        return error.status == 409
            ? await explained(error, naming: fields.name) : error.explained(about: site.id, name: site.fields.name)
    }
}

extension ProviderError {
    /// A change of the provider's own site is not sent, because it would be refused.
    static func systemDefault(_ site: Site) -> ProviderError {
        ProviderError(
            .rejected,
            "site \(site.id) (\(site.fields.name)) was made by the provider",
            advice: "it can be neither changed nor deleted"
        )
    }

    static func changedMeanwhile(_ site: Site, _ refusal: ProviderError? = nil) -> ProviderError {
        ProviderError(
            .rejected,
            "site \(site.id) (\(site.fields.name)) was changed by somebody else meanwhile",
            advice: "look at it, and try again",
            status: refusal?.status,
            trackingID: refusal?.trackingID
        )
    }

    static func differsFromRequest(_ site: Site) -> ProviderError {
        ProviderError(
            .rejected,
            "site \(site.id) (\(site.fields.name)): the provider accepted the change and made another of it",
            advice: "look at it with `callark sites get \(site.id)`"
        )
    }

    /// A refusal about one site, with what to do.
    func explained(about id: SiteID, name: String? = nil) -> ProviderError {
        guard code == .rejected else { return self }
        var error = self
        switch status {
        case 404:
            error.advice = "`callark sites list` has the sites that there are; if it has none, check region and org_id"
        case 412:
            error.advice =
                "something still refers to \(name.map { "\"\($0)\"" } ?? "it"), such as a team or a user: give those "
                + "another site in Control Hub first"
        default: break
        }
        return error
    }
}
