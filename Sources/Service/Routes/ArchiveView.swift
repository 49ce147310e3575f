import Archiver
import Files
import Foundation
import HTTPTypes
import Manifest
import Recordings
import Settings
import Wiring

/// The archive as a caller may see it: the organizations of its key.
struct ArchiveView: Sendable {
    let installation: Installation
    let caller: Caller

    init(_ installation: Installation, _ inquiry: Inquiry) throws(Problem) {
        self.installation = installation
        caller = try inquiry.knownCaller
    }

    var manifest: Manifest { get async throws { try await installation.manifest.forWriting() } }

    /// The organizations that the caller can see, in the configuration's order.
    var organizations: [OrganizationSettings] {
        installation.settings.organizations.filter { caller.sees($0.name) }
    }

    /// The organizations of a request: the one that it names, or all that the caller can see.
    /// - Throws: a ``Problem`` with status 404 if the caller cannot see the named one.
    func organizations(named name: String?) throws(Problem) -> [OrganizationName] {
        guard let name else { return organizations.map(\.name) }
        return [try organization(name)]
    }

    /// The organizations that a request's body names, each once; all that the caller can see if it names none.
    /// - Throws: a ``Problem`` with status 404 if the caller cannot see one of them; 400 if the list is empty.
    func organizations(ordered names: [String]?) throws(Problem) -> [OrganizationName] {
        guard let names else { return organizations.map(\.name) }
        var found: [OrganizationName] = []
        for name in names {
            let organization = try organization(name)
            if !found.contains(organization) { found.append(organization) }
        }
        guard !found.isEmpty else { throw Problem(.badRequest, "bad_body", "organizations is empty") }
        return found
    }

    /// The organization with this name.
    /// - Throws: a ``Problem`` with status 404 if it does not exist. If it exists and the caller may not see it, the
    ///   problem is the same, so that names cannot be guessed.
    func organization(_ name: String) throws(Problem) -> OrganizationName {
        guard let found = organizations.first(where: { $0.name.description == name }) else {
            throw .notFound("there is no such organization", code: "unknown_organization")
        }
        return found.name
    }

    /// The standpoint of each organization in `names` that the manifest knows.
    /// - Parameter days: the days whose archives are checked; `nil` for all days.
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

    /// The task that the request's path names.
    /// - Throws: a ``Problem`` with status 404 if it does not exist.
    func task(_ inquiry: Inquiry, _ manifest: Manifest) async throws -> TaskRow {
        let organization = try organization(inquiry.value("organization"))
        guard let id = TaskID(try inquiry.value("task_id")),
            let row = try await manifest.tasks(id, organization: organization).first
        else { throw Problem.notFound("there is no such call", code: "unknown_call") }
        return row
    }
}
