import Foundation
import Logging

/// Where log lines go: standard error, as text for people or as NDJSON for machines.
enum Logs {
    static func logger(_ options: CommonOptions) -> Logger {
        switch options.logFormat {
        case .text:
            Logger(label: "callark") { label in
                var handler = StreamLogHandler.standardError(label: label)
                handler.logLevel = options.logLevel
                return handler
            }
        case .json:
            Logger(label: "callark") { label in JSONLogHandler(label: label, logLevel: options.logLevel) }
        }
    }
}

/// One JSON object a line on standard error.
struct JSONLogHandler: LogHandler {
    let label: String
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        var line = all.mapValues(\.description)
        line["time"] = Date().formatted(.iso8601.time(includingFractionalSeconds: true))
        line["level"] = event.level.rawValue
        line["label"] = label
        line["message"] = event.message.description
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if let data = try? encoder.encode(line) { Complaint.line(String(decoding: data, as: UTF8.self)) }
    }
}
