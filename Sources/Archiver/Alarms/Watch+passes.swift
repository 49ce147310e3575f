import Manifest
import Recordings

extension Watch {
    /// Passes that do not finish, or none of which is complete.
    func passAlarms(
        _ organization: OrganizationName,
        _ manifest: Manifest,
        _ now: Timestamp,
        _ work: WorkUnderWay
    ) async throws -> [Alarm] {
        let last = try await manifest.lastPass(organization)
        return [
            try await completenessAlarm(organization, manifest, last: last, now, work),
            failureAlarm(organization, last),
        ]
        .compactMap(\.self)
    }

    /// Only passes that reach the present count; one over a given window says nothing about the present. Until the
    /// first of them is complete, no one knows what is missing.
    private func completenessAlarm(
        _ organization: OrganizationName,
        _ manifest: Manifest,
        last: PassRow?,
        _ now: Timestamp,
        _ work: WorkUnderWay
    ) async throws -> Alarm? {
        var message = "no pass up to the present has been complete yet"
        var isOfTheFirst = false
        if let complete = try await manifest.lastCompletePass(organization, reachingNow: true)?.endedTime {
            guard now - complete > rules.completePass else { return nil }
            message =
                "no pass up to the present has been complete for \(Int((now - complete).seconds / 3600)) hours, since "
                + complete.named(in: timeZone)
        } else if try await manifest.lastPass(organization, reachingNow: true) == nil {
            message = "no pass up to the present has run yet"
            isOfTheFirst = true
        }
        if let last, last.outcome == .incomplete, let ended = last.endedTime {
            message += "; the last one, which ended at \(ended.named(in: timeZone)), was not complete"
            message += last.reason.map { " (\($0))" } ?? ""
            if last.summary.map({ $0.recordings.missing + $0.recordings.awaited > 0 }) ?? false {
                message += "; explain what will not arrive any more (see `callark gaps --org \(organization)`)"
            }
        } else if let last, last.outcome == .complete {
            message += "; the last one was complete, but only from \(last.window.named(in: timeZone))"
        }
        var alarm = Alarm(
            .critical,
            .noCompletePass,
            organization: organization.description,
            message + waiting(for: work, organization, now),
            command: "callark archive --org \(organization)"
        )
        alarm.isOfTheFirstPass = isOfTheFirst
        return alarm
    }

    /// The end of the message of an alarm that one pass would end, if that pass is running.
    func waiting(for work: WorkUnderWay, _ organization: OrganizationName, _ now: Timestamp) -> String {
        work.currentPassBegin(of: organization, now: now, patience: rules.completePass).map {
            "; one has been running since \($0.named(in: timeZone)): wait until it ends, or, if it fails"
        } ?? ""
    }

    private func failureAlarm(_ organization: OrganizationName, _ last: PassRow?) -> Alarm? {
        guard let last, last.outcome == .failed, let time = last.endedTime else { return nil }
        return Alarm(
            .warning,
            .lastPassFailed,
            organization: organization.description,
            "the last pass failed at \(time.named(in: timeZone)) (\(last.reason ?? "why was not kept")); when that is fixed",
            command: "callark archive --org \(organization)",
            cause: last.failure
        )
    }
}
