import Archiver

/// `{"type":"alarm", …}`.
struct AlarmLine: Encodable {
    let type = "alarm"
    var severity: String
    var code: String
    var organization: String?
    var message: String

    init(_ alarm: Alarm) {
        severity = alarm.severity.rawValue
        code = alarm.code.rawValue
        organization = alarm.organization
        message = alarm.message
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
            case .tokenEnds: .authorization
            case .diskLow: .inputOutput
            case .archivesDamaged, .recordingsDamaged, .recordingsLost: .damage
            case .noCompletePass, .lastPassFailed, .volumeLow, .gapsNearHorizon, .gapsUnexplained, .purgeNear,
                .daysOpen, .witnessDiffers:
                .incomplete
            }
    }
}
