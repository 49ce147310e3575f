import Archiver
import DailyArchive
import Files
import Manifest
import Recordings
import Settings

extension Workplace {
    /// All that is an alarm now: the one list that every command tells, of these organizations and of the machine.
    /// - Parameters:
    ///   - manifest: `nil` where there is none yet.
    ///   - space: of the root's file system; `nil` where it cannot be told.
    func alarms(of names: [OrganizationName], manifest: Manifest?, space: DiskSpace?) async throws -> [Alarm] {
        let watch = watch
        var (work, alarms) = (WorkUnderWay(), [Alarm]())
        do throws(ArchiveError) {
            work = try WorkUnderWay(over: root)
        } catch {
            alarms.append(.notChecked("whether a pass is running", error))
        }
        for name in names {
            let standpoint =
                if let manifest { try await self.standpoint(of: name, manifest) } else { self.standpoint(of: name) }
            alarms += try await watch.alarms(of: name, manifest: manifest, at: standpoint, beside: work)
            do {
                alarms += watch.alarms(
                    of: name,
                    token: try await tokenStatus(of: name),
                    isRenewable: hasRenewableToken(name),
                    now: now
                )
            } catch let error as TokensOutOfReach {
                alarms.append(.notChecked("the token", error, of: name))
            }
        }
        guard let space else { return alarms }
        let minimum = settings.archive.minimumFreeBytes
        return alarms + watch.alarms(of: space, path: root.path, minimumFreeBytes: minimum)
    }

    /// The same, for the end of a command that has done its work: if they cannot be found out, that is said, and changes
    /// nothing of what came of the work.
    /// - Parameter isOfGivenTime: whether the command was about a time that somebody gave: then that no pass has been run up to
    ///   the present is nothing that it has to say.
    func alarmsAtTheEnd(of names: [OrganizationName], isOfGivenTime: Bool) async -> [Alarm] {
        do {
            let manifest = try await manifestForReading()
            let alarms = try await alarms(of: names, manifest: manifest, space: try? root.diskSpace())
            return alarms.filter { !(isOfGivenTime && $0.isOfTheFirstPass) }
        } catch {
            Complaint.warning("could not check for alarms: \(error)")
            return []
        }
    }
}

extension Alarm {
    /// What this account may not look at: an alarm about it may be missing.
    fileprivate static func notChecked(_ what: String, _ error: any Error, of name: OrganizationName? = nil) -> Alarm {
        let message = "could not check \(what): \(error); let the account that archives run this check"
        return Alarm(.warning, .notChecked, organization: name?.description, message)
    }
}

extension Workplace {
    /// The days of which a part that lies in `window` is not listed; none where no window is given.
    func unlisted(
        in window: Range<Timestamp>?,
        organization: OrganizationName,
        _ manifest: Manifest?
    ) async throws -> [ArchiveDay] {
        guard let window else { return [] }
        guard let manifest else {
            // Nothing was ever listed; of a time without a beginning nobody can say which days it has.
            guard window.lowerBound.millisecondsSince1970 > 0, window.lowerBound < now else { return [] }
            let last = min(window.upperBound, now) - .milliseconds(1)
            return ArchiveDay(window.lowerBound, in: timeZone).through(ArchiveDay(last, in: timeZone))
        }
        return try await Reporting(manifest: manifest, timeZone: settings.archive.timeZone)
            .unlisted(in: window, organization: organization, now: now)
    }
}

extension Workplace {
    /// Whether a pass runs at this moment; an account that may not look takes it for one that does.
    func isPassRunning() -> Bool { (try? PassNotice.running(over: root) != nil) ?? true }
}

extension [Alarm] {
    /// Those that belong to the report of the organization at `position` of `names`: its own, and with the first those of
    /// the machine.
    func told(with position: Int, of names: [OrganizationName]) -> [Alarm] {
        filter { $0.organization == nil ? position == 0 : $0.organization == names[position].description }
    }
}
