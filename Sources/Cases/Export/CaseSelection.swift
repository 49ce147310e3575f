import Manifest
import Recordings

/// Finds the calls that a case is to have by their task IDs.
package struct CaseSelection: Sendable {
    /// A call that is asked for.
    package struct Wanted: Hashable, Sendable {
        package var task: TaskID
        /// `nil` for those of every organization.
        package var organization: OrganizationName?

        /// Sets every property.
        package init(_ task: TaskID, of organization: OrganizationName? = nil) {
            self.task = task
            self.organization = organization
        }
    }

    let manifest: Manifest
    /// The present standpoint for a task's organization and day.
    let standpoint: @Sendable (TaskRow) async throws -> Standpoint

    /// Reads nothing yet.
    package init(of manifest: Manifest, at standpoint: @escaping @Sendable (TaskRow) async throws -> Standpoint) {
        self.manifest = manifest
        self.standpoint = standpoint
    }

    /// The calls, in the order of ``inOrder(_:)``.
    /// - Throws: ``CaseError`` with code `unknownCall` if one of them is not known: a case without it would look whole; with
    ///   code `tooMany`; `ManifestError`.
    package func calls(_ wanted: [Wanted]) async throws -> [CallRow] {
        try CaseRequest.requireFew(wanted.count)
        var calls: [CallRow] = []
        var unknown: [TaskID] = []
        for wanted in wanted {
            var found: [CallRow] = []
            for row in try await manifest.tasks(wanted.task, organization: wanted.organization) {
                let filter = ListFilter(organization: row.organization, task: row.id)
                found += try await manifest.calls(filter, at: standpoint(row)).collected()
            }
            if found.isEmpty { unknown.append(wanted.task) }
            calls += found
        }
        guard unknown.isEmpty else { throw CaseError(unknown: unknown) }
        return Self.inOrder(calls)
    }

    /// The calls, oldest first, each once.
    package static func inOrder(_ calls: [CallRow]) -> [CallRow] {
        var seen: Set<String> = []
        return calls.filter { seen.insert("\($0.organization) \($0.taskID)").inserted }.sorted {
            ($0.createdTime, $0.taskID.description) < ($1.createdTime, $1.taskID.description)
        }
    }
}

extension CaseError {
    /// - Parameter tasks: whose calls are not known.
    package init(unknown tasks: [TaskID]) {
        let shown = tasks.prefix(10).map(\.description).joined(separator: ", ")
        let more = tasks.count > 10 ? " and \(tasks.count - 10) more" : ""
        let isOne = tasks.count == 1
        let command = isOne ? "callark fetch \(tasks[0])" : "callark fetch TASK_ID"
        self.init(
            .unknownCall,
            "task\(isOne ? "" : "s") \(shown)\(more) \(isOne ? "is" : "are") not known; check the ID, or run `\(command)` to "
                + "ask the provider"
        )
    }
}
