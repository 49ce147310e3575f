import Archiver
import Files
import Foundation
import Logging
import Manifest
import Recordings
import Wiring

/// Looks up the calls that the provider's events name, before the next poll would. This has the precedence of work on
/// demand, and waits for a pass that is running.
struct WebhookWorker: Sendable {
    let installation: Installation
    let inbox: WebhookInbox
    let stop: StopRequest
    /// Asks the provider about calls of an organization, and archives their recordings.
    /// - Returns: the calls whose recordings are all held; `nil` if another process works on the archive.
    let lookUp: @Sendable (OrganizationName, [TaskID]) async throws -> Set<TaskID>?

    /// How many calls are looked up at once.
    private static let most = 200
    /// How long to wait after an error of the database.
    private static let patience = Duration.seconds(30)

    init(
        installation: Installation,
        inbox: WebhookInbox,
        stop: StopRequest,
        delays: StoringDelays,
        lookUp: (@Sendable (OrganizationName, [TaskID]) async throws -> Set<TaskID>?)? = nil
    ) {
        self.installation = installation
        self.inbox = inbox
        self.stop = stop
        self.lookUp = lookUp ?? { try await Self.archive($0, $1, installation, stop, delays) }
    }

    /// Runs until the service stops and the current lookup has ended.
    func run() async {
        while !stop.isMade, !Task.isCancelled {
            do {
                let now = installation.now
                let (calls, next) = try await inbox.due(at: now, most: Self.most)
                guard !calls.isEmpty else {
                    await rest(next.map { $0 - now })
                    continue
                }
                for (organization, group) in Dictionary(grouping: calls, by: \.organization) {
                    try await look(up: group, of: organization)
                }
            } catch {
                guard !stop.isMade else { return }
                installation.logger.error(
                    "the provider's events could not be worked off",
                    metadata: ["error": "\(error)"]
                )
                await rest(Self.patience)
            }
        }
    }

    private func look(up calls: [WebhookInbox.Lookup], of organization: OrganizationName) async throws {
        guard !stop.isMade else { return }
        let began = installation.now
        var held: Set<TaskID>? = []
        do {
            held = try await lookUp(organization, calls.map(\.task))
        } catch {
            guard !stop.isMade else { return }
            installation.logger.warning(
                "calls that the provider named could not be looked up; polling will find them",
                metadata: ["organization": "\(organization)", "calls": "\(calls.count)", "error": "\(error)"]
            )
        }
        for call in calls {
            if let held, held.contains(call.task) {
                try await inbox.settle(call, receivedBy: began)
            } else {
                try await inbox.postpone(call, isAttempt: held != nil, at: installation.now)
            }
        }
    }

    private static func archive(
        _ organization: OrganizationName,
        _ tasks: [TaskID],
        _ installation: Installation,
        _ stop: StopRequest,
        _ delays: StoringDelays
    ) async throws -> Set<TaskID>? {
        var setup = try installation.setup
        setup.actor = .service
        let observer = delays.observer(.webhook) { installation.now }
        do {
            return try await CallArchive.withOpen(setup, stop: stop, observer: observer) { archive in
                let failures = try await archive.acquire(tasks, organization: organization)
                if let failure = failures[organization] { throw failure }
                var held: Set<TaskID> = []
                for task in tasks {
                    let rows = try await archive.retrieval.recordings(of: task, organization: organization)
                    if !rows.isEmpty, rows.allSatisfy({ $0.held != nil }) { held.insert(task) }
                }
                return held
            }
        } catch let error as ArchiveError where error.code == .locked {
            return nil
        }
    }

    /// Waits for an event, until the next call is due, or until the service stops.
    private func rest(_ duration: Duration?) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await inbox.waitForNews() }
            group.addTask { await stop.wait() }
            // The clock may be set, so it is read again at least every minute.
            if let duration {
                group.addTask { try? await Task.sleep(for: min(max(duration, .milliseconds(10)), .seconds(60))) }
            }
            await group.next()
            group.cancelAll()
        }
    }
}
