import Recordings

/// One answer of `POST search`; success in HTTP does not yet mean success (wxcc-api 11).
enum SearchAnswer: Sendable {
    /// A page of records, and where the next one begins; `nil` after the last.
    case page([JSONValue], next: String?)
    /// The provider does not have these fields; each is a path of names, starting at a record.
    case undefined([[String]])

    /// - Throws: `rejected`, `authorization` or `unavailable` for an error in the answer; `malformed` if there is
    ///   neither an error nor a list of records; that is not an empty list.
    init(_ json: JSONValue, to query: SearchQuery, trackingID: String?) throws(ProviderError) {
        if let errors = json["errors"]?.elements, !errors.isEmpty {
            let paths = errors.map { Self.undefinedField(in: $0, of: query.root) }
            guard paths.allSatisfy({ $0 != nil }) else { throw Self.refusal(errors, trackingID) }
            self = .undefined(paths.compactMap(\.self))
            return
        }
        let answer = json["data"]?[query.root.rawValue]
        guard let records = answer?[query.root.records]?.elements else {
            throw ProviderError(.malformed, "no list called \(query.root.records) in it")
        }
        guard answer?["pageInfo"]?["hasNextPage"]?.flag == true else {
            self = .page(records, next: nil)
            return
        }
        guard let next = answer?["pageInfo"]?["endCursor"]?.text, next != query.cursor else {
            throw ProviderError(.malformed, "it has a next page, and does not say where")
        }
        self = .page(records, next: next)
    }

    /// Both forms of this message in the provider's library: `Validation error
    /// (FieldUndefined@[taskDetails/tasks/queue]) : …`, and `Validation error of type FieldUndefined: Field 'queue' in
    /// type … is undefined @ 'taskDetails/tasks/queue'`.
    private static func undefinedField(in error: JSONValue, of root: SearchRoot) -> [String]? {
        guard let text = error["message"]?.text, text.contains("FieldUndefined") else { return nil }
        let words = text.split { !($0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "_" || $0 == "/") }
        guard let path = words.first(where: { $0.hasPrefix("\(root.rawValue)/\(root.records)/") }) else { return nil }
        return path.split(separator: "/").dropFirst(2).map(String.init)
    }

    private static func refusal(_ errors: [JSONValue], _ trackingID: String?) -> ProviderError {
        let body = ErrorBody(JSONWriter.data(.object([JSONMember("errors", .array(errors))])))
        let classes = errors.compactMap { ($0["extensions"]?["classification"] ?? $0["errorType"])?.text?.uppercased() }
        let isProviderFault = classes.contains { $0.contains("INTERNAL") || $0.contains("DATAFETCHING") }
        let code: ProviderError.Code =
            body.speaksOfAuthorization ? .authorization : isProviderFault ? .unavailable : .rejected
        return ProviderError(
            code,
            "POST search: status 200 with an error: \(body.text ?? "without words")",
            advice: code == .authorization
                ? "the token lacks the scope cjp:config_read or its owner lacks the role" : "",
            status: 200,
            trackingID: trackingID
        )
    }
}
