import Archiver
import Files
import Foundation
import HTTPTypes
import Manifest
import Recordings
import Settings
import Wiring

/// What the routes that read ask: the manifest as it is now, seen by whoever asks.
struct ArchiveView: Sendable {
    let installation: Installation
    let caller: Caller

    init(_ installation: Installation, _ inquiry: Inquiry) throws(Problem) {
        self.installation = installation
        caller = try inquiry.knownCaller
    }

    /// The manifest.
    var manifest: Manifest { get async throws { try await installation.manifest.forWriting() } }

    /// The organizations that exist for the caller, in the configuration's order.
    var organizations: [OrganizationSettings] {
        installation.settings.organizations.filter { caller.sees($0.name) }
    }

    /// The organizations that a request is about: the one that it names, or all that exist for the caller.
    /// - Throws: a ``Problem`` with status 404 for one that does not.
    func organizations(named name: String?) throws(Problem) -> [OrganizationName] {
        guard let name else { return organizations.map(\.name) }
        return [try organization(name)]
    }

    /// An organization that exists for the caller.
    /// - Throws: a ``Problem`` with status 404; the same whether it does not exist at all, or not for the caller.
    func organization(_ name: String) throws(Problem) -> OrganizationName {
        guard let found = organizations.first(where: { $0.name.description == name }) else {
            throw .notFound("there is no such organization", code: "unknown_organization")
        }
        return found.name
    }

    /// Those of these organizations that the manifest knows, each with its standpoint.
    /// - Parameter days: whose archives are looked for; `nil` for those of all days.
    func standpoints(
        of names: [OrganizationName],
        _ manifest: Manifest,
        days: ClosedRange<ArchiveDay>? = nil
    ) async throws -> [OrganizationName: Standpoint] {
        var standpoints: [OrganizationName: Standpoint] = [:]
        let known = try await manifest.organizations().map(\.name)
        for name in names where known.contains(name) {
            standpoints[name] = try await installation.standpoint(of: name, manifest, days: days)
        }
        return standpoints
    }

    /// A task of an organization.
    /// - Throws: a ``Problem`` with status 404 if there is none.
    func task(_ inquiry: Inquiry, _ manifest: Manifest) async throws -> TaskRow {
        let organization = try organization(inquiry.value("organization"))
        guard let id = TaskID(try inquiry.value("task_id")),
            let row = try await manifest.tasks(id, organization: organization).first
        else { throw Problem.notFound("there is no such call", code: "unknown_call") }
        return row
    }
}
