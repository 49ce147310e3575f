import Recordings

/// The fields of a site that people can set (wxcc-api 10.2). An existing site may break the rules for new ones.
package struct SiteFields: Sendable, Hashable {
    /// Unique within the organization.
    package var name: String
    /// Whether it is in use.
    package var isActive: Bool
    /// The multimedia profile of its teams, unless they have their own.
    package var multimediaProfileID: String
    /// Empty for none.
    package var description: String

    /// States all of it; nothing is checked.
    package init(name: String, isActive: Bool, multimediaProfileID: String, description: String) {
        self.name = name
        self.isActive = isActive
        self.multimediaProfileID = multimediaProfileID
        self.description = description
    }

    private static let longestName = 80
    private static let longestDescription = 255

    /// What the provider would refuse, one sentence each; empty if everything is valid.
    package var faults: [String] {
        var faults: [String] = []
        if name.isEmpty {
            faults.append("the name is empty")
        } else if let forbidden = name.unicodeScalars.first(where: { !Self.isAllowedInName($0) }) {
            faults.append("the name has \(Self.shown(forbidden)); letters, digits, -, _ and white space may be in it")
        }
        if name.utf16.count > Self.longestName {
            faults.append("the name has \(name.utf16.count) characters; \(Self.longestName) are allowed")
        }
        if !name.isEmpty, name.allSatisfy(\.isWhitespace) { faults.append("the name is only white space") }
        if multimediaProfileID.isEmpty { faults.append("the multimedia profile is empty; it is required") }
        if description.utf16.count > Self.longestDescription {
            let count = description.utf16.count
            faults.append("the description has \(count) characters; \(Self.longestDescription) are allowed")
        }
        return faults
    }

    /// `[a-zA-Z\d-_\s]`, with Java's `\s`: ASCII only.
    private static func isAllowedInName(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "-", "_", " ", "\t", "\n", "\r", "\u{0B}", "\u{0C}": true
        default: false
        }
    }

    private static func shown(_ scalar: Unicode.Scalar) -> String {
        scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: true) : "\"\(scalar)\""
    }

    /// A site as it is sent to create it. The organization is always named, because bulk saves require it (wxcc-api
    /// 10.2).
    func json(of organization: OrganizationID) -> JSONValue {
        var members = [
            JSONMember("organizationId", .string(organization.description)), JSONMember("name", .string(name)),
            JSONMember("active", .bool(isActive)), JSONMember("multimediaProfileId", .string(multimediaProfileID)),
        ]
        if !description.isEmpty { members.append(JSONMember("description", .string(description))) }
        return .object(members)
    }
}

/// The changes to a site; `nil` leaves a field as it is.
package struct SiteChange: Sendable, Hashable {
    package var name: String?
    package var isActive: Bool?
    package var multimediaProfileID: String?
    /// An empty text removes the description.
    package var description: String?

    /// Changes nothing that is not named.
    package init(
        name: String? = nil,
        isActive: Bool? = nil,
        multimediaProfileID: String? = nil,
        description: String? = nil
    ) {
        self.name = name
        self.isActive = isActive
        self.multimediaProfileID = multimediaProfileID
        self.description = description
    }

    /// `fields` with these changes.
    package func applied(to fields: SiteFields) -> SiteFields {
        SiteFields(
            name: name ?? fields.name,
            isActive: isActive ?? fields.isActive,
            multimediaProfileID: multimediaProfileID ?? fields.multimediaProfileID,
            description: description ?? fields.description
        )
    }
}
