import Foundation
import Logging
import Recordings
import Settings

/// Sends log lines to standard error, as text for people or as NDJSON for machines.
enum Logs {
    static func logger(_ options: CommonOptions) -> Logger { logger(options.logFormat, options.logLevel) }

    static func logger(_ format: LogFormat, _ level: Logger.Level) -> Logger {
        Logger(label: "callark") { label in LogLines(format: format, label: label, logLevel: level) }
    }
}

/// Writes one line for each message to standard error: a JSON object, or text in the format of swift-log's own handler,
/// except that text from outside cannot break the line or move a terminal's cursor.
struct LogLines: LogHandler {
    let format: LogFormat
    let label: String
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        // Work of another process may want its lines as JSON.
        if format == .json || Diagnostics.isJSON {
            let values = all.mapValues(\.description).merging(["message": event.message.description]) { $1 }
            return Diagnostics.json(values, level: event.level.rawValue, label: label)
        }
        let time = Timestamp(Date())
        let fields = all.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value) " }.joined()
        Diagnostics.line("\(time) \(event.level.rawValue) \(label): \(fields)\(event.message)")
    }
}
