import Manifest
import Recordings
import WebexContactCenter

/// The first step of a pass: lists an organization's tasks and notes each page in the manifest before the next is
/// asked for.
struct Discovery: Sendable {
    let organization: Organization
    let context: PassContext

    /// Lists everything created in `window`.
    /// - Parameter pageNoted: called after each page is durable, so that resolving can begin while listing goes on.
    /// - Throws: what the provider's client or the manifest throws; what was noted by then stays.
    func run(_ window: PassWindow, pageNoted: @Sendable () -> Void) async throws {
        let pages = organization.contactCenter.taskPages(from: window.range.lowerBound, to: window.range.upperBound)
        for try await page in pages {
            let note = try await context.manifest.noteListed(
                page.tasks,
                organization: organization.name,
                day: context.rules.day(of:),
                now: context.now()
            )
            context.observer(.listed(organization.name, tasks: page.tasks.count, new: note.new))
            for anomaly in page.anomalies {
                context.observer(.listingAnomaly(organization.name, anomaly.description))
            }
            pageNoted()
            if context.stop.isMade { throw ArchiverError(.stopped, "stopped while listing tasks") }
        }
        try await advanceWatermark(over: window)
    }

    /// The listing is complete up to the window's end if it was complete up to the window's beginning.
    private func advanceWatermark(over window: PassWindow) async throws {
        let listedThrough = try await context.manifest.watermark(organization.name)
        let isContinuous = listedThrough.map { window.range.lowerBound <= $0 } ?? !window.isExplicit
        guard isContinuous, window.range.upperBound > listedThrough ?? window.range.lowerBound else { return }
        try await context.manifest.setWatermark(organization.name, listedThrough: window.range.upperBound)
    }
}
