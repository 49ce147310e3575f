import Archiver
import Manifest

/// `{"type":"alarm", …}`.
struct AlarmLine: Encodable {
    let type = "alarm"
    var severity: String
    var code: String
    var organization: String?
    var message: String
    /// What ends it, if a command can.
    var command: String?

    init(_ alarm: Alarm) {
        severity = alarm.severity.rawValue
        code = alarm.code.rawValue
        organization = alarm.organization
        message = alarm.message
        command = alarm.command
    }
}

extension Alarm {
    /// For people and for monitoring systems: `CRITICAL acme days_open: …`.
    var line: String {
        "\(severity.rawValue.uppercased()) \(organization.map { "\($0) " } ?? "")\(code.rawValue): \(message)"
    }
}

extension ExitStatus {
    /// What `status --check` exits with for an alarm.
    init(alarm: Alarm) {
        self =
            switch alarm.code {
            case .tokenEnds, .tokenRefused: .authorization
            case .diskLow: .inputOutput
            case .archivesDamaged, .recordingsLost: .damage
            case .lastPassFailed: ExitStatus(cause: alarm.cause)
            case .noCompletePass, .volumeLow, .gapsNearHorizon, .gapsUnexplained, .purgeNear,
                .daysOpen, .witnessDiffers, .recordingsSuspect, .notChecked:
                .incomplete
            }
    }

    /// What has to be mended before a pass can go on. A provider that is out of reach is waited for.
    private init(cause: PassFailure.Kind?) {
        self =
            switch cause {
            case .authorization: .authorization
            case .disk: .inputOutput
            case .damage: .damage
            case .provider, .other, nil: .incomplete
            }
    }
}
