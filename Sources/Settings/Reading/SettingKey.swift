/// One key of the configuration, with the type of its value.
struct SettingKey<Value: Sendable>: Sendable {
    /// What is known about the key, except its type.
    let row: KeyDescription
    let format: ValueFormat<Value>

    init(
        _ section: KeyDescription.Section,
        _ name: String,
        _ format: ValueFormat<Value>,
        default: String? = nil,
        secret: Bool = false,
        _ summary: String
    ) {
        row = KeyDescription(
            section: section,
            name: name,
            expectation: format.expectation,
            defaultText: `default`,
            isSecret: secret,
            summary: summary
        )
        self.format = format
    }
}

/// A row of the table of keys: shared by the file, the environment, suggestions, `config show` and the example file.
package struct KeyDescription: Sendable, Hashable {
    package let section: Section
    package let name: String
    /// What a value must be: `a whole number from 1 to 512`.
    package let expectation: String
    /// The default, as it would be given in the environment; `nil` if the key has none.
    package let defaultText: String?
    package let isSecret: Bool
    package let summary: String
    /// Whether its value is a list of sections.
    var isListOfSections: Bool {
        section == .evidence && name == "anchors" || section == .notifications && name.isEmpty
    }
    /// Whether its value is one section whose keys are anybody's words.
    var isSection: Bool { section == .oidc && name == "roles" }

    /// A part of the file.
    package enum Section: String, Sendable, Hashable, CaseIterable {
        case archive
        /// One item of `organizations`.
        case organization
        /// The `auth` of an organization.
        case authentication
        /// The `legacy` of an organization.
        case legacy
        case captures
        case downloads
        case alarms
        case evidence
        case audit
        case service
        /// The `tls` of the service.
        case serviceTLS
        /// The `schedule` of the service.
        case schedule
        /// The `oidc` of the service.
        case oidc
        case vault
        /// The `seal_after` of the vault.
        case sealAfter
        /// The list at the top of the file; its key has no name.
        case notifications

        /// Whether this section exists once per organization.
        package var isOfOrganization: Bool { [.organization, .authentication, .legacy].contains(self) }

        /// The section that it is a part of, unless that is the file or an organization.
        var parent: Section? {
            switch self {
            case .serviceTLS, .schedule, .oidc: .service
            case .sealAfter: .vault
            default: nil
            }
        }

        /// The word above its keys.
        var word: String {
            switch self {
            case .serviceTLS: "tls"
            case .sealAfter: "seal_after"
            default: rawValue
            }
        }

        /// The sections that are parts of it.
        var parts: [Section] { Self.allCases.filter { $0.parent == self } }

        /// Its path, if it does not belong to an organization.
        var path: String { parent.map { "\($0.rawValue).\(word)" } ?? word }
    }

    /// The path of the key; for organizations, below the path of one of them: `organizations.acme`.
    package func path(in organization: String?) -> String {
        let owner = organization ?? "organizations[]"
        return switch section {
        case .organization: "\(owner).\(name)"
        case .authentication: "\(owner).auth.\(name)"
        case .legacy: "\(owner).legacy.\(name)"
        case .notifications: name.isEmpty ? section.path : "\(organization ?? section.path).\(name)"
        case .archive, .captures, .downloads, .alarms, .evidence, .audit, .service, .serviceTLS, .schedule, .oidc,
            .vault, .sealAfter:
            "\(section.path).\(name)"
        }
    }

    /// The variable that overrides the key: `CALLARK_ARCHIVE_ROOT`, `CALLARK_ORG_ACME_CLIENT_ID`,
    /// `CALLARK_ORG_ACME_LEGACY_USER`.
    package func variable(in organization: String?) -> String {
        let organization = "ORG_\(organization ?? "<NAME>")"
        let owner =
            switch section {
            case .organization, .authentication: organization
            case .legacy: "\(organization)_legacy"
            case .archive, .captures, .downloads, .alarms, .evidence, .audit, .service, .serviceTLS, .schedule, .oidc,
                .vault, .sealAfter, .notifications:
                section.path.replacing(".", with: "_")
            }
        let end = name.isEmpty ? "" : "_\(name)"
        return "CALLARK_\(owner)\(end)".uppercased().replacing("-", with: "_")
    }
}
