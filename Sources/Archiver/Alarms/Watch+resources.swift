import DailyArchive
import Files
import Recordings
import WebexContactCenter

extension Watch {
    /// - Parameters:
    ///   - status: what is known about the tokens; `nil` if nothing is.
    ///   - isRenewable: whether Callark renews the access token by itself.
    package func alarms(
        of organization: OrganizationName,
        token status: TokenStatus?,
        isRenewable: Bool,
        now: Timestamp
    ) -> [Alarm] {
        let name = organization.description
        func alarm(
            _ severity: Alarm.Severity,
            _ message: String,
            _ code: Alarm.Code = .tokenEnds,
            command: String? = nil
        ) -> [Alarm] {
            [Alarm(severity, code, organization: name, message, command: command)]
        }
        let login = "callark auth login --org \(name)"
        guard isRenewable else { return alarms(ofBearer: status, now, alarm) }
        if status?.needsLogin == true { return alarm(.critical, "there is no token yet", command: login) }
        if let refusal = status?.refusal {
            let message =
                "the provider refused the refresh token at \(refusal.time.named(in: timeZone)) (\(refusal.reason)); put a new "
            let advice =
                "one into auth.refresh_token_file, or correct the client, and run `callark auth refresh --org \(name)`"
            return alarm(.critical, "\(message)\(advice), or log in", .tokenRefused, command: login)
        }
        guard let end = status?.refreshExpires, end - rules.token <= now else { return [] }
        guard end > now else {
            return alarm(.critical, "the refresh token expired at \(end.named(in: timeZone))", command: login)
        }
        return alarm(
            .warning,
            "the refresh token expires at \(end.named(in: timeZone))",
            command: "callark auth refresh --org \(name)"
        )
    }

    private func alarms(
        ofBearer status: TokenStatus?,
        _ now: Timestamp,
        _ alarm: (Alarm.Severity, String, Alarm.Code, String?) -> [Alarm]
    ) -> [Alarm] {
        guard let end = status?.accessExpires else {
            let message = "one bearer token is configured, which cannot be renewed and whose expiry is unknown"
            return alarm(.warning, "\(message); configure a client and a refresh token", .tokenEnds, nil)
        }
        guard end - rules.token <= now else { return [] }
        let isOver = end <= now
        let message =
            "the access token \(isOver ? "expired" : "expires") at \(end.named(in: timeZone)): put in a new one"
        return alarm(isOver ? .critical : .warning, message, .tokenEnds, nil)
    }

    /// - Parameters:
    ///   - anchor: its name.
    ///   - seen: when it last saw a checkpoint; `nil` if it has seen none.
    ///   - begun: when the log was created; an anchor cannot have seen it before.
    ///   - isReachedByHand: whether a person has to take files to it.
    package func alarms(
        of organization: OrganizationName,
        anchor: String,
        isReachedByHand: Bool,
        seen: Timestamp?,
        begun: Timestamp,
        now: Timestamp
    ) -> [Alarm] {
        guard (seen ?? begun) + rules.anchor <= now else { return [] }
        let since = seen.map { "since \($0.named(in: timeZone))" } ?? "yet"
        let message =
            "the anchor \(anchor) has seen no checkpoint of the evidence log \(since): anyone with root here could replace what "
            + "was added after it"
        let byHand = "; exchange files with it (`callark log anchor --witness \(anchor) --request FILE`)"
        return [
            Alarm(
                .critical,
                .anchorOld,
                organization: organization.description,
                message + (isReachedByHand ? byHand : ""),
                command: isReachedByHand ? nil : "callark log anchor --org \(organization)"
            )
        ]
    }

    /// - Parameter minimumFreeBytes: with less free space, passes download nothing.
    package func alarms(of disk: DiskSpace, path: String, minimumFreeBytes: Int64) -> [Alarm] {
        let wanted = max(rules.freeBytes, minimumFreeBytes)
        guard disk.freeBytes < wanted else { return [] }
        let message = "\(ByteSize.text(disk.freeBytes)) are free at \(path)"
        let advice = "free \(ByteSize.text(wanted - disk.freeBytes, rounded: .up)) there"
        guard disk.freeBytes < minimumFreeBytes else { return [Alarm(.warning, .diskLow, "\(message): \(advice)")] }
        let consequence = "and passes download nothing below \(ByteSize.text(minimumFreeBytes))"
        return [Alarm(.critical, .diskLow, "\(message), \(consequence): \(advice)")]
    }
}
