import Logging
import Manifest
import Recordings
import Synchronization
import WebexContactCenter

/// Takes from the provider's Search what it knows of the calls of a window that has been listed: site, team, wrap-up,
/// termination and the exact duration, which the listing does not have (wxcc-api 11.1).
///
/// It wants spans of time, and not calls one by one; and only spans with calls that are over and of which Search has said
/// nothing since they were listed as they are now. A pass without news asks nothing.
struct Enrichment: Sendable {
    private let organization: Organization
    private let context: PassContext
    /// With calls in them that Search is to be asked about, in order; those that it was asked about are gone.
    private var due: [Range<Timestamp>]
    /// Of which it will have more soon.
    private var unripe: Set<TaskID> = []
    private var finding = CallMetadataFinding()

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
    init(of window: Range<Timestamp>, organization: Organization, context: PassContext) async throws {
        self.organization = organization
        self.context = context
        guard context.rules.searchesCalls else {
            due = []
            return
        }
        due = try await context.manifest.spansToSearch(
            organization: organization.name,
            window: window,
            sealedSince: context.now() - context.rules.askSchedule.horizon,
            gap: Self.gap
        )
    }

    /// When the calls were created that Search is to be asked about.
    var spans: [Range<Timestamp>] { due.map(Self.asked) }

    private static func asked(_ span: Range<Timestamp>) -> Range<Timestamp> {
        (span.lowerBound - longestWait)..<span.upperBound
    }

    /// Takes what Search says of calls of its spans; others are others' affair.
    /// - Parameter others: calls that are not known for longer than this, and that it is to be asked about all the same.
    mutating func take(_ records: [SearchTask], besides others: Set<TaskID>) async throws {
        guard context.rules.searchesCalls else { return }
        let spans = spans
        let wanted = records.filter { record in
            others.contains(record.id)
                || (record.createdTime.map { time in spans.contains { $0.contains(time) } } ?? !spans.isEmpty)
        }
        guard !wanted.isEmpty else { return }
        let ripe = wanted.filter(isRipe)
        unripe.formUnion(wanted.filter { !isRipe($0) }.map(\.id))
        finding.searched += try await context.manifest.noteSearched(
            ripe.map { SearchedTask(id: $0.id, json: $0.json) },
            organization: organization.name
        )
    }

    /// Search has been asked about all that was created before `time`.
    mutating func finish(before time: Timestamp) async throws {
        while let span = due.first, span.upperBound <= time {
            due.removeFirst()
            let settled = min(span.upperBound, context.now() - Self.settlingTime)
            guard span.lowerBound < settled else { continue }
            try await context.manifest.noteSearchedInVain(
                organization: organization.name,
                span: span.lowerBound..<settled,
                except: unripe
            )
        }
    }

    /// Search cannot be asked, or not any further: the calls keep what the listing says.
    mutating func fail(_ error: ProviderError) {
        guard !due.isEmpty else { return }
        finding.absence = error.description
        context.logger.info(
            "calls are kept with what the listing says of them",
            metadata: ["organization": "\(organization.name)", "reason": "\(error)"]
        )
    }

    /// Keeps what came of it for the end of the pass.
    func tell() {
        guard context.rules.searchesCalls else { return }
        context.callMetadata.set(finding, for: organization.name)
    }

    private func isRipe(_ task: SearchTask) -> Bool {
        task.isActive != true && (task.endedTime.map { $0 + Self.wrapUpTime <= context.now() } ?? true)
    }
}
