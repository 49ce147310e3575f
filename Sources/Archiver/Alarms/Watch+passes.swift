import Manifest
import Recordings

extension Watch {
    /// Passes that do not come to their end, or of which none is complete.
    func passAlarms(
        _ organization: OrganizationName,
        _ manifest: Manifest,
        _ now: Timestamp
    ) async throws -> [Alarm] {
        let last = try await manifest.lastPass(organization)
        return [
            try await completenessAlarm(organization, manifest, last: last, now), failureAlarm(organization, last),
        ]
        .compactMap(\.self)
    }

    /// The present is looked after by passes that reach to it. A pass over a given window says nothing of the present, and
    /// is not to blame for that either: where no other has been tried, the daily work has as long to begin as it has
    /// between two complete passes.
    private func completenessAlarm(
        _ organization: OrganizationName,
        _ manifest: Manifest,
        last: PassRow?,
        _ now: Timestamp
    ) async throws -> Alarm? {
        var message = "no pass up to the present has been complete yet"
        if let complete = try await manifest.lastCompletePass(organization, reachingNow: true)?.endedTime {
            guard now - complete > rules.completePass else { return nil }
            message =
                "no pass up to the present has been complete for \(Int((now - complete).seconds / 3600)) hours, since "
                + complete.named(in: timeZone)
        } else if try await manifest.lastPass(organization, reachingNow: true) == nil,
            let began = try await manifest.firstPassBegan(organization)
        {
            guard now - began > rules.completePass else { return nil }
            message =
                "no pass up to the present has run, since the first one over another time began at "
                + began.named(in: timeZone)
        }
        if let last, last.outcome == .incomplete, let ended = last.endedTime {
            message += "; the last one, which ended at \(ended.named(in: timeZone)), was not complete"
            message += last.reason.map { " (\($0))" } ?? ""
            if last.summary.map({ $0.recordings.missing + $0.recordings.awaited > 0 }) ?? false {
                message += "; explain what will not arrive any more (see `callark gaps --org \(organization)`)"
            }
        } else if let last, last.outcome == .complete {
            message += "; the last one was complete, and only from \(last.window.named(in: timeZone))"
        }
        return Alarm(
            .critical,
            .noCompletePass,
            organization: organization.description,
            message,
            command: "callark archive --org \(organization)"
        )
    }

    private func failureAlarm(_ organization: OrganizationName, _ last: PassRow?) -> Alarm? {
        guard let last, last.outcome == .failed, let time = last.endedTime else { return nil }
        return Alarm(
            .warning,
            .lastPassFailed,
            organization: organization.description,
            "the last pass could not go on at \(time.named(in: timeZone)) (\(last.reason ?? "why was not kept")); when that is mended",
            command: "callark archive --org \(organization)",
            cause: last.failure
        )
    }
}
