import AsyncAlgorithms
import DailyArchive
import Manifest
import Recordings

extension CallArchive {
    /// Asks the provider about these tasks now, due or not, and stores what it has. For `fetch`.
    /// - Parameter name: the organization that the tasks belong to; `nil` to ask each one in turn.
    /// - Returns: the organizations that could not be asked, and why. If a task was not found, no one can then say that
    ///   nothing exists. The failure of one recording is in its row.
    /// - Throws: `ArchiveError`, `ManifestError`.
    package func acquire(
        _ tasks: [TaskID],
        organization name: OrganizationName?
    ) async throws -> [OrganizationName: any Error] {
        let asked = allOrganizations.filter { name == nil || $0.name == name }
        _ = try await context.recover()
        let tasks = try await context.manifest.spelled(tasks)
        try await context.manifest.wakeExplained(tasks, now: context.now())
        let failures = await Pass(context: context, organizations: asked.map(\.name)).pipeline { jobs in
            var failures: [OrganizationName: any Error] = [:]
            for organization in asked {
                let resolution = Resolution(organization: organization, context: context, jobs: jobs)
                do {
                    try await context.stop.cancelling { try await ask(about: tasks, resolution) }
                } catch {
                    let isStopped = context.stop.isMade
                    failures[organization.name] = isStopped ? ArchiverError(.stopped, "stopped on request") : error
                }
            }
            return failures
        }
        try await context.writer.close()
        guard let failure = context.disk.failure else {
            if failures.isEmpty { context.agreement.settle() }
            return failures
        }
        return failures.merging(asked.map { ($0.name, failure) }) { first, _ in first }
    }

    private func ask(about tasks: [TaskID], _ resolution: Resolution) async throws {
        for begin in stride(from: 0, to: tasks.count, by: Resolution.batchSize) {
            let end = min(begin + Resolution.batchSize, tasks.count)
            try await resolution.resolve(Array(tasks[begin..<end]))
        }
    }
}
