import Foundation

/// The names and values of a written fault rule, each of which is read once.
///
/// The short form is `media truncate bytes=20000 recordings=0.2`: where, what, and then names with their values in any
/// order, separated by blanks; `%20` means a blank in a value, and so on.
struct FaultFields {
    private var values: [String: String] = [:]

    /// - Throws: `badFault` if something is given twice or has no name.
    init(short text: String) throws(SimulatorError) {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count >= 2, !words[0].contains("="), !words[1].contains("=") else {
            throw SimulatorError(.badFault, "'\(text)' does not begin with where and what, such as 'media 503'")
        }
        var pairs = [("at", String(words[0])), ("fault", String(words[1]))]
        for word in words.dropFirst(2) {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2 else {
                throw SimulatorError(.badFault, "'\(word)' is neither where nor what: write it as name=value")
            }
            pairs.append((parts[0], parts[1].removingPercentEncoding ?? parts[1]))
        }
        try self.init(pairs)
    }

    /// - Throws: `badFault` if a name is given twice.
    init(_ pairs: [(String, String)]) throws(SimulatorError) {
        for (name, value) in pairs {
            guard values.updateValue(value, forKey: name) == nil else {
                throw SimulatorError(.badFault, "'\(name)' is given twice")
            }
        }
    }

    mutating func text(_ name: String) -> String? { values.removeValue(forKey: name) }

    /// - Parameter convert: `nil` for text that is not a value of that name.
    mutating func value<Value>(
        _ name: String,
        _ what: String,
        _ convert: (String) -> Value?
    ) throws(SimulatorError) -> Value? {
        guard let text = text(name) else { return nil }
        guard let value = convert(text) else { throw SimulatorError(.badFault, "'\(text)' for \(name) is not \(what)") }
        return value
    }

    mutating func count(_ name: String) throws(SimulatorError) -> Int? {
        try value(name, "a whole number of 0 or more") { Int($0).flatMap { $0 >= 0 ? $0 : nil } }
    }

    mutating func share(_ name: String) throws(SimulatorError) -> Double? {
        try value(name, "a share from 0 to 1") { Double($0).flatMap { (0...1).contains($0) ? $0 : nil } }
    }

    mutating func seconds(_ name: String) throws(SimulatorError) -> Duration? {
        try value(name, "a number of seconds") { text in
            Double(text).flatMap { (0...1e9).contains($0) ? .milliseconds(Int64($0 * 1000)) : nil }
        }
    }

    mutating func moment(_ name: String) throws(SimulatorError) -> Moment? {
        try value(name, "a time such as 2025-11-22T06:00:00Z") { text in
            (try? Date.ISO8601FormatStyle().parse(text)).map(Moment.init)
        }
    }

    mutating func flag(_ name: String) throws(SimulatorError) -> Bool? {
        try value(name, "yes or no") { ["yes": true, "true": true, "no": false, "false": false][$0] }
    }

    /// The value of a required name.
    func required<Value>(_ value: Value?, _ name: String, _ fault: String) throws(SimulatorError) -> Value {
        guard let value else { throw SimulatorError(.badFault, "\(fault) needs \(name)") }
        return value
    }

    /// - Throws: `badFault` if something was given that is unknown.
    func requireNothingLeft(for fault: String) throws(SimulatorError) {
        guard let name = values.keys.min() else { return }
        throw SimulatorError(.badFault, "\(fault) knows no '\(name)'")
    }
}
