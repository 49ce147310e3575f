import Foundation
import Glibc
import Recordings
import Service
import Settings
import Text

/// Messages for people that are not results: on standard error, as text, or with `--log-format json` as one JSON object
/// per line, like everything there.
enum Diagnostics {
    /// Whether standard error has only lines of JSON.
    static var isJSON: Bool { Outlet.current?.streams.logsJSON ?? isOwnJSON }

    /// The same of this process's own. Determined before the arguments are parsed, because mistakes in them are reported too.
    private static let isOwnJSON: Bool = {
        let arguments = CommandLine.arguments.dropFirst().prefix { $0 != "--" }
        return arguments.contains("--log-format=json")
            || zip(arguments, arguments.dropFirst()).contains { $0 == "--log-format" && $1 == "json" }
    }()

    /// The severity of a line, by the names of the log's levels.
    private enum Level: String {
        case error, warning, notice
    }

    /// Reports what went wrong, on one line.
    static func error(_ message: String) { say(.error, message, text: "callark: error: \(message)") }

    /// The same for an error of several lines.
    static func error(_ error: any Error) {
        guard let settings = error as? SettingsError else { return self.error("\(error)") }
        for (place, text) in settings.lines.enumerated() {
            say(.error, text, text: (place == 0 ? "callark: error: " : "") + text)
        }
    }

    /// Reports what needs attention, on one line.
    static func warning(_ message: String) { say(.warning, message, text: "callark: warning: \(message)") }

    /// Reports what is going on, on one line.
    static func notice(_ message: String) { say(.notice, message, text: "callark: \(message)") }

    /// Writes one line of text. Whatever characters it contains, it stays one line and moves no cursor.
    static func line(_ text: String) {
        StandardError.write(line: Array(Terminal.spelled(VisibleText.escaped(text)).utf8))
    }

    /// Writes one line of JSON. The time, the level and the source are added.
    static func json(_ fields: [String: String], level: String, label: String = "callark") {
        var fields = fields
        fields["time"] = Timestamp(Date()).description
        fields["level"] = level
        fields["label"] = label
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(fields) else { return }
        StandardError.write(line: VisibleText.escaped(json: data))
    }

    private static func say(_ level: Level, _ message: String, text: String) {
        guard !isJSON else { return json(["message": message], level: level.rawValue) }
        let columns = Terminal.columns(of: STDERR_FILENO)
        WrappedText.lines(VisibleText.escaped(text), width: columns).forEach(line)
    }
}
