import AsyncAlgorithms
import DailyArchive
import Recordings

extension CallArchive {
    /// Asks the provider for these tasks, now and whether or not they are due, and stores what it has. For `fetch`.
    /// - Parameter name: the organization that the tasks belong to; `nil` to ask each in turn.
    /// - Throws: `ProviderError`, `ArchiveError`, `ManifestError`. What fails for one recording is in its row.
    package func acquire(_ tasks: [TaskID], organization name: OrganizationName?) async throws {
        let asked = allOrganizations.filter { name == nil || $0.name == name }
        _ = try await Recovery(context: context).run()
        let failures = await Pass(context: context, organizations: asked.map(\.name)).pipeline { jobs in
            var failures: [OrganizationName: any Error] = [:]
            for organization in asked {
                let resolution = Resolution(organization: organization, context: context, jobs: jobs)
                do {
                    for begin in stride(from: 0, to: tasks.count, by: Resolution.batchSize) {
                        let end = min(begin + Resolution.batchSize, tasks.count)
                        try await resolution.ask(about: Array(tasks[begin..<end]))
                    }
                } catch {
                    failures[organization.name] = error
                }
            }
            return failures
        }
        try await context.writer.close()
        // With several organizations, one that refuses says nothing about a task of another.
        if let failure = failures.values.first, failures.count == asked.count { throw failure }
    }
}
