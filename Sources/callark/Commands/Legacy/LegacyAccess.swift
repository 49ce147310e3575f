import Recordings
import Settings
import WebexContactCenter
import Wiring

extension Installation {
    /// The organizations with configured legacy records, or the named one of them.
    /// - Throws: ``CommandError`` with exit code 78 if there is none, 66 for a name that the configuration does not
    ///   have.
    func legacyOrganizations(_ named: OrganizationName?) throws -> [OrganizationName] {
        let names = try organizations(named: named.map { [$0] } ?? [])
        let configured = settings.organizations.filter { $0.legacy != nil }.map(\.name)
        let chosen = names.filter(configured.contains)
        guard !chosen.isEmpty else {
            let key = "organizations.\(named ?? names[0]).legacy"
            throw CommandError(
                .configuration,
                "\(key) is not configured in \(loaded.path); add its user and api_key_file, and tenant_id if there is one"
            )
        }
        return chosen
    }

    /// The one organization that a command works on.
    /// - Throws: ``CommandError`` with exit code 64 if several have legacy records and none was named.
    func legacyOrganization(_ named: OrganizationName?) throws -> OrganizationName {
        let names = try legacyOrganizations(named)
        guard names.count == 1 else {
            let list = names.map(\.description).joined(separator: ", ")
            throw CommandError(.usage, "more than one organization has legacy records (\(list)): name one with --org")
        }
        return names[0]
    }

    /// Runs `work` with access to an organization's legacy records.
    func withLegacyRecords<Value: Sendable>(
        of name: OrganizationName,
        _ work: (LegacyRecords) async throws -> Value
    ) async throws -> Value {
        guard let legacy = settings.organizations.first(where: { $0.name == name })?.legacy else {
            throw CommandError(.configuration, "organizations.\(name).legacy is not configured in \(loaded.path)")
        }
        return try await withLegacyRecords(of: name, legacy, work)
    }
}
