import Manifest

/// Something that a person should learn of before an auditor does.
package struct Alarm: Hashable, Sendable {
    package var severity: Severity
    package var code: Code
    /// The name of the organization; `nil` if it is about the machine.
    package var organization: String?
    /// One line that says what is wrong and what to do.
    package var message: String
    /// The command in ``message`` that ends the alarm, if nothing else is wrong. If only a person's word ends it, the
    /// command that lists what to decide. It can be run as it is. `nil` if no command helps.
    package var command: String?
    /// What has to be repaired, if the alarm is about a pass that failed.
    package var cause: PassFailure.Kind?
    /// Whether it only says that the first pass up to the present has not run yet, which a person who has just asked
    /// for something else knows.
    package var isOfTheFirstPass = false

    /// - Parameter command: the command that ends it, appended to the message; `nil` if no command helps.
    package init(
        _ severity: Severity,
        _ code: Code,
        organization: String? = nil,
        _ message: String,
        command: String? = nil,
        cause: PassFailure.Kind? = nil
    ) {
        self.severity = severity
        self.code = code
        self.organization = organization
        self.message = command.map { "\(message): \($0)" } ?? message
        self.command = command
        self.cause = cause
    }

    /// How soon someone should look.
    package enum Severity: String, Sendable, Hashable {
        /// Today.
        case warning
        /// Now.
        case critical
    }

    /// The code that programs compare. `notChecked` says that an alarm may be missing, because this account may not
    /// look.
    package enum Code: String, Sendable, Hashable, CaseIterable {
        case noCompletePass = "no_complete_pass"
        case lastPassFailed = "last_pass_failed"
        case archivesDamaged = "archives_damaged"
        case recordingsLost = "recordings_lost"
        case volumeLow = "volume_low"
        case tokenEnds = "token_ends"
        case tokenRefused = "token_refused"
        case gapsNearHorizon = "gaps_near_horizon"
        case gapsUnexplained = "gaps_unexplained"
        case purgeNear = "purge_near"
        case daysOpen = "days_open"
        case sourceDiffers = "witness_differs"
        case diskLow = "disk_low"
        case recordingsSuspect = "recordings_suspect"
        case anchorOld = "anchor_old"
        case webhookOff = "webhook_off"
        case vaultBehind = "vault_behind"
        case vaultLockUnproven = "vault_lock_unproven"
        case notChecked = "not_checked"
    }
}
