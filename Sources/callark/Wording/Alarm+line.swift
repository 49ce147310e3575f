import Archiver
import Manifest

extension Alarm {
    /// For people and for monitoring systems: `CRITICAL acme days_open: …`.
    var line: String {
        "\(severity.rawValue.uppercased()) \(organization.map { "\($0) " } ?? "")\(code.rawValue): \(message)"
    }
}

extension ExitStatus {
    /// The exit status of `status --check` for an alarm.
    init(alarm: Alarm) {
        self =
            switch alarm.code {
            case .tokenEnds, .tokenRefused: .authorization
            case .diskLow: .inputOutput
            case .archivesDamaged, .recordingsLost: .damage
            case .vaultLockUnproven: .configuration
            case .lastPassFailed: ExitStatus(cause: alarm.cause)
            case .noCompletePass, .volumeLow, .gapsNearHorizon, .gapsUnexplained, .purgeNear,
                .daysOpen, .sourceDiffers, .recordingsSuspect, .anchorOld, .webhookOff, .vaultBehind,
                .notChecked:
                .incomplete
            }
    }

    /// What has to be repaired before a pass can continue. For an unreachable provider, passes just wait.
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
