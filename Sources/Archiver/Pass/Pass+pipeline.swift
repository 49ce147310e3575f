import AsyncAlgorithms
import DailyArchive
import Manifest
import Recordings

extension Pass {
    /// The outcome of listing and asking for one organization, even if it failed.
    struct Part: Sendable {
        var findings = PassFindings()
        var failure: (any Error)?
    }

    /// How one of the three stages of a pipeline ended.
    private enum End: Sendable {
        case produced([OrganizationName: Part])
        case worked((any Error)?)
    }

    /// Runs the receiving and storing stages of a pass, fed by `produce`.
    /// - Parameter produce: sends jobs, and returns its outcome.
    /// - Returns: what `produce` returned, and why receiving or storing failed; `nil` if they did not.
    func pipeline(
        _ produce: @escaping @Sendable (AsyncChannel<DownloadJob>) async -> [OrganizationName: Part]
    ) async -> ([OrganizationName: Part], (any Error)?) {
        let jobs = AsyncChannel<DownloadJob>()
        let accepted = GroupQueue<AcceptedRecording>(capacity: 256, stopwatch: context.stopwatch)
        return await withTaskGroup(of: End.self) { group in
            group.addTask {
                do {
                    try await Storing(context: context).run(accepted)
                    return .worked(nil)
                } catch {
                    return .worked(error)
                }
            }
            group.addTask {
                var failure: (any Error)?
                do { try await Receiving(context: context).run(jobs, into: accepted) } catch { failure = error }
                // What was accepted before is still stored; after that the storer must not wait for more.
                await accepted.finish()
                return .worked(failure)
            }
            group.addTask {
                defer { jobs.finish() }
                return .produced(await produce(jobs))
            }
            var parts: [OrganizationName: Part] = [:]
            var failure: (any Error)?
            for await end in group {
                switch end {
                case .produced(let all): parts = all
                case .worked(nil): break
                case .worked(let error):
                    failure = failure ?? error
                    group.cancelAll()
                }
            }
            return (parts, failure)
        }
    }

    /// Lists and resolves for every organization at once; the failure of one does not affect the others.
    func question(_ assignments: [Assignment], jobs: AsyncChannel<DownloadJob>) async -> [OrganizationName: Part] {
        await withTaskGroup(of: (OrganizationName, Part).self) { group in
            for assignment in assignments {
                group.addTask {
                    var part = Part()
                    do {
                        part = try await context.stop.cancelling { await question(assignment, jobs: jobs) }
                    } catch {
                        part.failure = error
                    }
                    if part.failure != nil, context.stop.isMade { part.failure = context.stop.error }
                    return (assignment.organization.name, part)
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    private func question(_ assignment: Assignment, jobs: AsyncChannel<DownloadJob>) async -> Part {
        context.observer(.began(assignment.organization.name, assignment.window))
        context.observer(.step(assignment.organization.name, assignment.scope.isListing ? .listing : .asking))
        let (pages, pageNoted) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        var part = await withTaskGroup(of: (PassFindings?, (any Error)?).self) { group in
            group.addTask {
                defer { pageNoted.finish() }
                var findings = PassFindings()
                guard assignment.scope.isListing else { return (findings, nil) }
                do {
                    try await list(assignment, into: &findings) { pageNoted.yield() }
                    return (findings, nil)
                } catch {
                    return (findings, error)
                }
            }
            group.addTask {
                let resolution = Resolution(organization: assignment.organization, context: context, jobs: jobs)
                do {
                    try await resolution.run(assignment.scope, pages: pages)
                    return (nil, nil)
                } catch {
                    return (nil, error)
                }
            }
            var part = Part()
            for await (findings, failure) in group {
                if let findings { part.findings = findings }
                guard let failure else { continue }
                part.failure = part.failure ?? failure
                group.cancelAll()
            }
            return part
        }
        guard part.failure == nil else { return part }
        context.observer(.step(assignment.organization.name, .receiving))
        if context.stop.isMade { part.failure = context.stop.error }
        return part
    }

    /// Lists, and compares the listing with other sources.
    /// - Parameter findings: receives each finding as it is made.
    private func list(
        _ assignment: Assignment,
        into findings: inout PassFindings,
        noted: @Sendable () -> Void
    ) async throws {
        let organization = assignment.organization
        let listed = try await Discovery(organization: organization, context: context)
            .run(assignment.window, into: &findings, pageNoted: noted)
        context.observer(.step(organization.name, .comparing))
        try await SourceComparison(organization: organization, context: context)
            .run(assignment.window, listed: listed, into: &findings, noted: noted)
        context.observer(.step(organization.name, .asking))
    }
}
