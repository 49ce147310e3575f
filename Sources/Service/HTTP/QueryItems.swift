import HTTPTypes

/// The query of a request. Each parameter has to be one that the route knows, and be given once: a misspelt filter would
/// otherwise find everything, and look like an answer.
struct QueryItems: Sendable {
    private var values: [String: [String]] = [:]

    /// None.
    init() {}

    /// These, which came in another way.
    init(_ values: [String: String?]) {
        for (name, value) in values { self.values[name] = value.map { [$0] } }
    }

    /// - Parameters:
    ///   - text: what is after the `?`.
    ///   - known: the parameters of the route.
    ///   - repeatable: those of them that may be given more than once.
    /// - Throws: a ``Problem`` with status 400.
    init(_ text: some StringProtocol, known: Set<String>, repeatable: Set<String> = []) throws(Problem) {
        for item in text.split(separator: "&") {
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentCoding.decoded(parts[0], plusIsBlank: true),
                let value = PercentCoding.decoded(parts.count > 1 ? parts[1] : "", plusIsBlank: true)
            else { throw Problem(.badRequest, "bad_query", "the query is not percent-encoded UTF-8") }
            guard known.contains(name) else {
                let names = known.sorted().joined(separator: ", ")
                let advice = names.isEmpty ? "this path takes none" : "known here: \(names)"
                throw Problem(.badRequest, "unknown_parameter", "there is no parameter \"\(name)\" here; \(advice)")
            }
            guard values[name] == nil || repeatable.contains(name) else {
                throw Problem(.badRequest, "bad_parameter", "the parameter \(name) is given twice")
            }
            values[name, default: []].append(value)
        }
    }

    /// The value of a parameter; `nil` if it was not given.
    subscript(_ name: String) -> String? { values[name]?.first }

    /// All values of a parameter that may be given more than once.
    func all(_ name: String) -> [String] { values[name] ?? [] }

    /// The value of a parameter, read.
    /// - Parameter expectation: what it has to be: `a day such as 2025-11-20`.
    /// - Returns: `nil` if it was not given.
    /// - Throws: a ``Problem`` with status 400 if it cannot be read.
    func value<Value>(_ name: String, _ expectation: String, _ read: (String) -> Value?) throws(Problem) -> Value? {
        guard let text = self[name] else { return nil }
        guard let value = read(text) else {
            throw Problem(.badRequest, "bad_parameter", "\(name) must be \(expectation)")
        }
        return value
    }
}
