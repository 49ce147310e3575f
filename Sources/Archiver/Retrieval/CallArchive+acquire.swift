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
        let (parts, failure) = await Pass(context: context).pipeline { jobs in
            var parts: [OrganizationName: Pass.Part] = [:]
            for organization in asked {
                let resolution = Resolution(organization: organization, context: context, jobs: jobs)
                do {
                    try await context.stop.cancelling { try await ask(about: tasks, resolution) }
                } catch {
                    let isStopped = context.stop.isMade
                    let failure: any Error = isStopped ? ArchiverError(.stopped, "stopped on request") : error
                    parts[organization.name] = Pass.Part(failure: failure)
                }
            }
            return parts
        }
        try await context.writer.close()
        let lack = context.disk.failure
        let failures = asked.reduce(into: [OrganizationName: any Error]()) { failures, organization in
            failures[organization.name] = failure ?? parts[organization.name]?.failure ?? lack
        }
        if failures.isEmpty { context.agreement.settle() }
        return failures
    }

    private func ask(about tasks: [TaskID], _ resolution: Resolution) async throws {
        for begin in stride(from: 0, to: tasks.count, by: Resolution.batchSize) {
            let end = min(begin + Resolution.batchSize, tasks.count)
            try await resolution.resolve(Array(tasks[begin..<end]))
        }
    }
}
