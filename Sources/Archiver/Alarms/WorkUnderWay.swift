import Files
import Foundation
import Manifest
import Recordings

/// What works on an archive at this moment. Alarms leave to it what it is about to finish.
package struct WorkUnderWay: Hashable, Sendable {
    /// When the pass that is running began; `nil` if none is.
    private var passBegan: Timestamp?
    /// The time that the running pass covers, by the name of each organization that it is not done with.
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

    /// - Throws: `ArchiveError` if it cannot be found out.
    package init(over root: ArchiveRoot) throws(ArchiveError) {
        self.init(try PassNotice.running(over: root))
        do throws(ArchiveError) {
            isBackfilling = try PassLock.holder(of: root, for: .backfill) != nil
        } catch {
            // Another account sees the backfill only while it works on a day.
            guard error.code == .permission else { throw error }
        }
    }

    /// - Parameter running: a pass in its first moments, of which no more is known, covers nothing yet.
    package init(_ running: PassNotice.Running?) {
        guard let content = running?.content else { return }
        passBegan = content.startedTime
        for part in content.activity.organizations where part.step != .done {
            windows[part.organization] = part.window
        }
    }

    /// The time of an organization that the running pass covers; `nil` if none does, or if it has been running for so long
    /// that it may be stuck.
    /// - Parameter patience: how long a pass may take.
    package func window(of organization: OrganizationName, now: Timestamp, patience: Duration) -> Range<Timestamp>? {
        guard let passBegan, now - passBegan <= patience else { return nil }
        return windows[organization.description]
    }

    /// When a pass over the present began that has not ended; `nil` if there is none, or as of
    /// ``window(of:now:patience:)``.
    func passUpToNow(of organization: OrganizationName, now: Timestamp, patience: Duration) -> Timestamp? {
        guard let passBegan, let window = window(of: organization, now: now, patience: patience),
            window.upperBound >= passBegan - .hours(1)
        else { return nil }
        return passBegan
    }

    /// Whether a backfill is about to do this day: one that it, or a pass before it, has begun and not listed to its end.
    func backfills(_ day: ArchiveDay, _ outlook: ClosingOutlook, in timeZone: TimeZone) -> Bool {
        isBackfilling && !outlook.hasListed(day, in: timeZone)
    }
}
