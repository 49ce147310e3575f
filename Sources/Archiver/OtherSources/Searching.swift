import Logging
import Manifest
import Recordings
import WebexContactCenter

/// A pass's walk through the provider's Search. It has two readers: ``Enrichment`` adds details to calls about which
/// Search has said nothing yet, and ``SearchComparison`` compares whole days with the listing. Both need nearly the
/// same time, and the same requests serve both, so each moment is asked about once.
struct Searching: Sendable {
    let organization: Organization
    let context: PassContext

    /// - Parameters:
    ///   - listed: what was listed.
    ///   - days: the days to compare.
    ///   - findings: gets what Search said about calls and days.
    ///   - noted: called when there is something new to ask about.
    /// - Returns: the days about which the manifest knows more than before.
    /// - Throws: what the manifest throws, and cancellation. If the provider does not allow it, or fails, that is a
    ///   finding, and the pass does not fail.
    func run(
        _ listed: Range<Timestamp>,
        comparing days: [ArchiveDay],
        into findings: inout PassFindings,
        noted: @Sendable () -> Void
    ) async throws -> Set<ArchiveDay> {
        guard organization.hasSearch else {
            reportAbsence(&findings.sources)
            return []
        }
        var enrichment = try await Enrichment(of: listed, organization: organization, context: context)
        var comparison = SearchComparison(of: days, organization: organization, context: context)
        do {
            for span in Self.union(enrichment.spans + comparison.spans) {
                var pages = organization.contactCenter.searchTaskPages(from: span.lowerBound, to: span.upperBound)
                    .makeAsyncIterator()
                while let page = try await pages.next() {
                    let news = try await comparison.take(page.records)
                    if !news.isEmpty { noted() }
                    try await enrichment.take(page.records, besides: news)
                    comparison.finish(before: page.coveredUntil)
                    try await enrichment.finish(before: page.coveredUntil)
                    if context.stop.isMade { throw context.stop.error("while asking Search about calls") }
                }
                comparison.finish(before: span.upperBound)
                try await enrichment.finish(before: span.upperBound)
            }
        } catch let error as ProviderError {
            if error.code == .cancelled { throw CancellationError() }
            enrichment.fail(error)
            comparison.fail(error)
        }
        findings.callMetadata = enrichment.finding
        findings.sources.search = comparison.compared
        findings.sources.absences[.search] = comparison.absence
        return comparison.changed
    }

    /// `callark config check` already reports this. A pass repeats it only if the configuration asks for the
    /// comparison.
    private func reportAbsence(_ account: inout SourceFindings) {
        context.logger.debug(
            "call details come from the task list only, and no day is compared with Search",
            metadata: ["organization": "\(organization.name)", "reason": "\(APIDialect.noSearch)"]
        )
        guard organization.demandsSearch else { return }
        account.absences[.search] = APIDialect.noSearch
    }

    /// The union of the spans, in order, so that each moment is in it once.
    static func union(_ spans: [Range<Timestamp>]) -> [Range<Timestamp>] {
        spans.sorted { $0.lowerBound < $1.lowerBound }.reduce(into: []) { union, span in
            guard let last = union.last, span.lowerBound <= last.upperBound else { return union.append(span) }
            union[union.count - 1] = last.lowerBound..<max(last.upperBound, span.upperBound)
        }
    }
}
