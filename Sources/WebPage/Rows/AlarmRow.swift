import Recordings

/// An alarm in words: first what is wrong. The command that ends it is separate, for people who have a shell.
struct AlarmRow {
    let values: [String: Any]

    /// - Parameter alarm: a member of `alarms` in `/api/v1/status`.
    init(_ alarm: JSONValue, _ words: Words) {
        let (code, severity) = (alarm.text("code") ?? "", alarm.text("severity") ?? "")
        let message = alarm.text("message") ?? ""
        let fact = Self.fact(message, command: alarm.text("command"))
        var values: [String: Any] = [
            "title": words.code("alarm", code), "message": fact.asSentence, "isCritical": severity == "critical",
            "severity": words.code("severity", severity),
        ]
        if fact != message { values["command"] = message.asSentence }
        self.values = values
    }

    /// The clauses of a message that name no command; the whole message if all of them do.
    static func fact(_ message: String, command: String?) -> String {
        guard let command, message.hasSuffix(": \(command)") else { return message }
        let clauses = message.dropLast(command.count + 2).split(separator: "; ").map(String.init)
        // The last clause only introduces the command.
        let facts = clauses.count > 1 ? clauses.dropLast().filter { !$0.contains("callark ") } : clauses
        return facts.isEmpty ? message : facts.joined(separator: "; ")
    }
}
