import Archiver

/// `{"type":"alarm", …}`.
package struct AlarmLine: Encodable {
    let type = "alarm"
    var severity: String
    var code: String
    var organization: String?
    var message: String
    /// The command that ends it, if one can.
    var command: String?

    package init(_ alarm: Alarm) {
        severity = alarm.severity.rawValue
        code = alarm.code.rawValue
        organization = alarm.organization
        message = alarm.message
        command = alarm.command
    }
}
