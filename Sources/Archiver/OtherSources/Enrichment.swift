import Logging
import Manifest
import Recordings
import WebexContactCenter

/// Adds what the provider's Search knows about the calls of a listed window: site, team, wrap-up, termination and the
/// exact duration, which the listing does not have (wxcc-api 11.1).
///
/// It asks about spans of time, not about single calls. It asks only about spans with calls that are over and about
/// which Search has said nothing since they were last listed. A pass without news asks nothing.
struct Enrichment: Sendable {
    private let organization: Organization
    private let context: PassContext
    /// The spans that contain calls to ask Search about, in order. A span is removed when Search was asked about it.
    private var due: [Range<Timestamp>]
    /// The calls about which Search will have more soon.
    private var unfinished: Set<TaskID> = []
    private var soFar = CallMetadataFinding()

    /// Spans that are closer together than this are asked about together.
    private static let gap = Duration.minutes(30)
    /// Search may know a call later than the listing does. If it does not know a call that is older than this, it is
    /// not asked about that call again.
    private static let settlingTime = Duration.hours(2)

    /// Agents wrap up after the call is over, and only then does Search have everything about it.
    private static let wrapUpTime = Duration.minutes(10)

    /// A task that was known by its recordings before it was listed, as after a rebuild, has the time of the first of
    /// them as its creation time. Search uses the provider's creation time, which is earlier by the time in the queue.
    private static let longestWait = Duration.hours(2)

    /// - Parameter window: what was listed.
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

    /// The creation times of the calls that Search is to be asked about.
    var spans: [Range<Timestamp>] { due.map(Self.asked) }

    private static func asked(_ span: Range<Timestamp>) -> Range<Timestamp> {
        (span.lowerBound - longestWait)..<span.upperBound
    }

    /// Records what Search says about calls in its spans; other calls are handled elsewhere.
    /// - Parameter others: calls outside its spans that became known just now, and that are recorded too.
    mutating func take(_ records: [SearchTask], besides others: Set<TaskID>) async throws {
        guard context.rules.searchesCalls else { return }
        let spans = spans
        let wanted = records.filter { record in
            others.contains(record.id)
                || (record.createdTime.map { time in spans.contains { $0.contains(time) } } ?? !spans.isEmpty)
        }
        guard !wanted.isEmpty else { return }
        let ripe = wanted.filter(isFinal)
        unfinished.formUnion(wanted.filter { !isFinal($0) }.map(\.id))
        soFar.searched += try await context.manifest.noteSearched(
            ripe.map { SearchedTask(id: $0.id, json: $0.json) },
            organization: organization.name
        )
    }

    /// Search was asked about everything that was created before `time`.
    mutating func finish(before time: Timestamp) async throws {
        while let span = due.first, span.upperBound <= time {
            due.removeFirst()
            let settled = min(span.upperBound, context.now() - Self.settlingTime)
            guard span.lowerBound < settled else { continue }
            try await context.manifest.noteNotFoundInSearch(
                organization: organization.name,
                span: span.lowerBound..<settled,
                except: unfinished
            )
        }
    }

    /// Search cannot be asked, or no longer: calls keep what the listing says.
    mutating func fail(_ error: ProviderError) {
        guard !due.isEmpty else { return }
        soFar.absence = error.description
        context.logger.info(
            "call details come from the task list only",
            metadata: ["organization": "\(organization.name)", "reason": "\(error)"]
        )
    }

    /// The result; `nil` if Search is not asked about calls.
    var finding: CallMetadataFinding? { context.rules.searchesCalls ? soFar : nil }

    private func isFinal(_ task: SearchTask) -> Bool {
        task.isActive != true && (task.endedTime.map { $0 + Self.wrapUpTime <= context.now() } ?? true)
    }
}
