import HTTPTypes
import Text

/// The query of a request. Unknown and repeated parameters are refused: if a misspelt filter were ignored, the answer
/// would contain everything and look as if it were filtered.
struct QueryItems: Sendable {
    private var values: [String: [String]] = [:]

    /// An empty query.
    init() {}

    /// A query from values of another source, such as a JSON body.
    init(_ values: [String: String?]) {
        for (name, value) in values { self.values[name] = value.map { [$0] } }
    }

    /// - Parameters:
    ///   - text: the text after the `?`.
    ///   - known: the parameters of the route.
    ///   - repeatable: the parameters that may be given more than once.
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

    /// The names of the parameters that were given.
    var names: [String] { Array(values.keys) }

    /// All values of a parameter that may be given more than once.
    func all(_ name: String) -> [String] { values[name] ?? [] }

    /// Parses the value of a parameter.
    /// - Parameter expectation: what the value must be, for the problem's text: `a day such as 2025-11-20`.
    /// - Returns: `nil` if the parameter was not given.
    /// - Throws: a ``Problem`` with status 400 if `read` returns `nil`.
    func value<Value>(_ name: String, _ expectation: String, _ read: (String) -> Value?) throws(Problem) -> Value? {
        guard let text = self[name] else { return nil }
        guard let value = read(text) else {
            throw Problem(.badRequest, "bad_parameter", "\(name) must be \(expectation)")
        }
        return value
    }
}
