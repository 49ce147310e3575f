import Files
import Foundation
import Manifest
import Recordings

/// The work in progress on an archive. Alarms do not report what it is about to finish.
package struct WorkUnderWay: Hashable, Sendable {
    /// When the pass that is running began; `nil` if none is.
    private var passBegan: Timestamp?
    /// The windows of the running pass, by the names of the organizations that it has not finished.
    private var windows: [String: Range<Timestamp>] = [:]
    /// Whether a backfill goes through the days, or waits until another pass ends.
    private var isBackfilling = false

    /// Nothing.
    package init() {}

    package init(
        passBegan: Timestamp?,
        windows: [OrganizationName: Range<Timestamp>] = [:],
        isBackfilling: Bool = false
    ) {
        self.passBegan = passBegan
        self.windows = Dictionary(uniqueKeysWithValues: windows.map { ($0.description, $1) })
        self.isBackfilling = isBackfilling
    }

    /// - Throws: `ArchiveError` if this cannot be found out.
    package init(over root: ArchiveRoot) throws(ArchiveError) {
        self.init(try PassNotice.running(over: root))
        do throws(ArchiveError) {
            isBackfilling = try PassLock.holder(of: root, for: .backfill) != nil
        } catch {
            // Another account sees the backfill only while it works on a day.
            guard error.code == .permission else { throw error }
        }
    }

    /// - Parameter running: in its first moments a pass has written no notice, and covers nothing.
    package init(_ running: PassNotice.Running?) {
        guard let content = running?.content else { return }
        passBegan = content.startedTime
        for part in content.activity.organizations where part.step != .done {
            windows[part.organization] = part.window
        }
    }

    /// The window of the running pass for an organization; `nil` if no pass covers it, or if the pass has run for so long
    /// that it may be stuck.
    /// - Parameter patience: how long a pass may take.
    package func window(of organization: OrganizationName, now: Timestamp, patience: Duration) -> Range<Timestamp>? {
        guard let passBegan, now - passBegan <= patience else { return nil }
        return windows[organization.description]
    }

    /// When the running pass began, if it reaches the present; `nil` if it does not, or if ``window(of:now:patience:)`` is.
    func currentPassBegin(of organization: OrganizationName, now: Timestamp, patience: Duration) -> Timestamp? {
        guard let passBegan, let window = window(of: organization, now: now, patience: patience),
            window.upperBound >= passBegan - .hours(1)
        else { return nil }
        return passBegan
    }

    /// Whether a running backfill still has to list this day, or the rest of it.
    func backfills(_ day: ArchiveDay, _ outlook: ClosingOutlook, in timeZone: TimeZone) -> Bool {
        isBackfilling && !outlook.hasListed(day, in: timeZone)
    }
}
