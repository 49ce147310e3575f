import Recordings

/// The provider's identifier of a site.
package struct SiteID: ProviderIdentifier {
    package let description: String

    /// - Returns: `nil` also for `.` and `..`, which would change the path that contains the identifier.
    package init?(_ text: some StringProtocol) {
        guard !text.isEmpty, !text.utf8.contains(0), text != ".", text != ".." else { return nil }
        description = String(text)
    }
}

/// One site as the provider has it: usually a geographical location to which teams belong (wxcc-api 10.2).
package struct Site: Sendable, Hashable {
    /// Never changes.
    package let id: SiteID
    /// The part that people can change.
    package let fields: SiteFields
    /// Increases with each change; `nil` if the provider does not give it.
    package let version: Int64?
    /// Whether the provider created it; such a site cannot be changed or deleted.
    package let isSystemDefault: Bool
    /// When it was created.
    package let createdTime: Timestamp?
    /// When it was last changed.
    package let lastUpdatedTime: Timestamp?
    /// The complete object, including fields that are unknown here: a change sends it back.
    let json: JSONValue

    /// - Throws: `malformed` if there is no ID or no name.
    init(_ json: JSONValue) throws(ProviderError) {
        guard let id = json["id"]?.text.flatMap({ SiteID($0) }) else {
            throw ProviderError(.malformed, "a site without an id")
        }
        guard let name = json["name"]?.text else { throw ProviderError(.malformed, "site \(id) has no name") }
        self.id = id
        fields = SiteFields(
            name: name,
            isActive: json["active"]?.flag ?? false,
            multimediaProfileID: json["multimediaProfileId"]?.text ?? "",
            description: json["description"]?.text ?? ""
        )
        version = json["version"]?.integer
        isSystemDefault = json["systemDefault"]?.flag ?? false
        createdTime = Timestamp(plausible: json["createdTime"])
        lastUpdatedTime = Timestamp(plausible: json["lastUpdatedTime"])
        self.json = json
    }

    /// The complete object with other fields, because PUT replaces it (wxcc-api 10.2).
    func json(changedTo fields: SiteFields, of organization: OrganizationID) -> JSONValue {
        var json = json.setting("organizationId", to: .string(organization.description))
            .setting("id", to: .string(id.description))
            .setting("name", to: .string(fields.name))
            .setting("active", to: .bool(fields.isActive))
            .setting("multimediaProfileId", to: .string(fields.multimediaProfileID))
        if json["description"] != nil || !fields.description.isEmpty {
            json = json.setting("description", to: .string(fields.description))
        }
        return json
    }
}

extension JSONValue {
    /// This object with a member of that name and value; the others and their order do not change.
    fileprivate func setting(_ name: String, to value: JSONValue) -> JSONValue {
        guard case .object(var members) = self else { return self }
        if let index = members.lastIndex(where: { $0.name == name }) {
            members[index].value = value
        } else {
            members.append(JSONMember(name, value))
        }
        return .object(members)
    }
}
