import Logging
import Manifest
import Recordings
import Synchronization
import WebexContactCenter

/// Asks the provider's Search about the calls of a window that has been listed: site, team, wrap-up, termination and the
/// exact duration, which the listing does not have (wxcc-api 11.1).
///
/// It asks for spans of time, page by page, and not for calls one by one; and only for spans with calls that are over
/// and of which Search has said nothing since they were listed as they are now. A pass without news asks nothing.
struct Enrichment: Sendable {
    let organization: Organization
    let context: PassContext

    /// What lies closer together than this is asked for in one go.
    private static let gap = Duration.minutes(30)
    /// Search may know a call later than the listing does. What it does not have of a call that is older than this, it is
    /// not asked for again.
    private static let settlingTime = Duration.hours(2)

    /// Agents wrap up when the call is over, and Search has the whole of it only then.
    private static let wrapUpTime = Duration.minutes(10)

    /// A task that was known by its recordings before it was listed, as after a rebuild, has the time of the first of them
    /// for its creation. Search goes by the provider's own, which is earlier by the time in the queue.
    private static let longestWait = Duration.hours(2)

    /// - Parameter window: what has been listed.
    /// - Throws: what the manifest throws, and cancellation. That the provider does not allow it, or fails, is a finding
    ///   and no failure of the pass: the calls keep what the listing says.
    func run(_ window: Range<Timestamp>) async throws {
        guard context.rules.searchesCalls else { return }
        let spans = try await context.manifest.spansToSearch(
            organization: organization.name,
            window: window,
            sealedSince: context.now() - context.rules.askSchedule.horizon,
            gap: Self.gap
        )
        var finding = CallMetadataFinding()
        do {
            for span in spans { finding.searched += try await search(span) }
        } catch let error as ProviderError {
            if error.code == .cancelled { throw CancellationError() }
            finding.absence = error.description
            context.logger.info(
                "calls are kept with what the listing says of them",
                metadata: ["organization": "\(organization.name)", "reason": "\(error)"]
            )
        }
        context.callMetadata.set(finding, for: organization.name)
    }

    /// - Returns: of how many calls it told something new.
    private func search(_ span: Range<Timestamp>) async throws -> Int {
        var searched = 0
        var unripe: Set<TaskID> = []
        let from = span.lowerBound - Self.longestWait
        for try await page in organization.contactCenter.searchTaskPages(from: from, to: span.upperBound) {
            let ripe = page.records.filter(isRipe)
            unripe.formUnion(page.records.filter { !isRipe($0) }.map(\.id))
            searched += try await context.manifest.noteSearched(
                ripe.map { SearchedTask(id: $0.id, json: $0.json) },
                organization: organization.name
            )
            if context.stop.isMade { throw ArchiverError(.stopped, "stopped while asking Search about calls") }
        }
        let settled = min(span.upperBound, context.now() - Self.settlingTime)
        if span.lowerBound < settled {
            try await context.manifest.noteSearchedInVain(
                organization: organization.name,
                span: span.lowerBound..<settled,
                except: unripe
            )
        }
        return searched
    }

    private func isRipe(_ task: SearchTask) -> Bool {
        task.isActive != true && (task.endedTime.map { $0 + Self.wrapUpTime <= context.now() } ?? true)
    }
}

/// What asking Search about the calls of a window came to.
package struct CallMetadataFinding: Hashable, Sendable {
    /// Calls of which it told something new.
    package var searched = 0
    /// Why it could not be asked, or not about all; `nil` where it was.
    package var absence: String?

    package init() {}
}

/// The findings of a pass, by organization.
final class CallMetadataFindings: Sendable {
    private let findings = Mutex<[OrganizationName: CallMetadataFinding]>([:])

    func set(_ finding: CallMetadataFinding, for organization: OrganizationName) {
        findings.withLock { $0[organization] = finding }
    }

    subscript(organization: OrganizationName) -> CallMetadataFinding? { findings.withLock { $0[organization] } }
}
