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
        let complete = try await manifest.lastCompletePass(organization, reachingNow: true)?.endedTime
        return [completenessAlarm(organization, complete: complete, last: last, now), failureAlarm(organization, last)]
            .compactMap(\.self)
    }

    private func completenessAlarm(
        _ organization: OrganizationName,
        complete: Timestamp?,
        last: PassRow?,
        _ now: Timestamp
    ) -> Alarm? {
        var message = "no pass up to the present has been complete yet"
        if let complete {
            guard now - complete > rules.completePass else { return nil }
            message = "no pass has been complete for \(Int((now - complete).seconds / 3600)) hours, since \(complete)"
        }
        if let last, last.outcome == .incomplete, let ended = last.endedTime {
            message += "; the last one, which ended at \(ended), was not complete"
            message += last.reason.map { " (\($0))" } ?? ""
            if last.summary.map({ $0.recordings.unexplained > 0 }) ?? false {
                message += "; explain what will not come any more (callark gaps --org \(organization))"
            }
        } else if last?.outcome == .complete {
            message += "; the last one was over another window"
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
            "the last pass could not go on at \(time) (\(last.reason ?? "why was not kept")); when that is mended",
            command: "callark archive --org \(organization)",
            cause: last.failure
        )
    }
}
