import Foundation

extension Provider {
    private static let longestSearchSpan = Duration.seconds(365 * 86_400)
    private static let longestSearchLookBack = Duration.seconds(1096 * 86_400)
    private static let maxFilterArguments = 1000

    /// A client's request to `POST search`, checked.
    private struct SearchQuestion {
        var document: SearchDocument
        /// Empty if both ends were given in seconds, because no record is that old.
        var span: Range<Moment>
        var filter: SearchFilter?
        var cursor: String?
    }

    private struct SearchBody: Decodable {
        struct Variables: Decodable {
            struct Pagination: Decodable {
                var cursor: String?
            }
            var from: Int64?
            var to: Int64?
            var filter: SearchFilter?
            var pagination: Pagination?
        }
        var query: String?
        var variables: Variables?
    }

    /// `POST search` (wxcc-api 11): records newest first, in pages by cursor; errors come with status 200.
    func search(_ request: Request, from caller: Caller, tracking: String) throws(Refusal) -> Response {
        let rules = options.search
        guard rules.isPermitted else {
            throw Refusal(.failure(403, "Access to search is not permitted", tracking: tracking))
        }
        let question = try searchQuestion(request, caller, tracking)
        // A cursor is a client's text, and may be any number.
        let start = min(max(0, question.cursor.flatMap { Int($0) } ?? 0), rules.maxRows)
        let wanted = start..<min(start + rules.pageSize, rules.maxRows)
        let result: SearchResult
        let example: JSON
        let list: String
        switch question.document.root.name {
        case "taskDetails":
            (list, example) = ("tasks", taskRecordExample)
            result = taskRecords(
                in: question.span,
                filter: question.filter,
                organization: caller.organization,
                page: wanted
            )
        case "agentSession":
            (list, example) = ("agentSessions", sessionRecordExample)
            result = sessionRecords(
                in: question.span,
                filter: question.filter,
                organization: caller.organization,
                page: wanted
            )
        default:
            let path = question.document.root.name
            return Self.graphError("FieldUndefined", path, "Field '\(path)' in type 'Query' is undefined")
        }
        guard let fields = question.document.fields(of: list), !fields.isEmpty else {
            return Self.graphError("SubselectionRequired", list, "Subselection required for type of field '\(list)'")
        }
        if let undefined = example.without(rules.undefinedFields).undefinedField(fields) {
            let path = ([question.document.root.name, list] + undefined).joined(separator: "/")
            return Self.graphError("FieldUndefined", path, "Field '\(undefined.last ?? "")' is undefined")
        }
        if let limit = rules.tooMany, result.count > limit {
            throw Refusal(.failure(413, "The answer would be too large; narrow the time range", tracking: tracking))
        }
        let hasNext = wanted.upperBound < min(result.count, rules.maxRows)
        let answer: JSON = [
            list: .array(result.page.map { $0.selected(fields) }),
            "pageInfo": [
                "hasNextPage": .boolean(hasNext), "endCursor": hasNext ? .string(String(wanted.upperBound)) : .null,
            ],
        ]
        return .json(200, ["data": .object([(question.document.root.name, answer)])])
    }

    private func searchQuestion(
        _ request: Request,
        _ caller: Caller,
        _ tracking: String
    ) throws(Refusal) -> SearchQuestion {
        func refuse(_ text: String, _ status: Int = 400) -> Refusal {
            Refusal(.failure(status, text, tracking: tracking))
        }
        if let organization = request.parameter("orgId"), organization != world.organizations[caller.organization].id {
            throw refuse("the organization is not permitted for this token", 403)
        }
        let body: SearchBody
        do {
            body = try JSONDecoder().decode(SearchBody.self, from: request.body)
        } catch let fault as SearchFilter.Fault {
            throw refuse(fault.description)
        } catch {
            throw refuse("the body is not valid")
        }
        guard let text = body.query else { throw refuse("query is required") }
        let document: SearchDocument
        do throws(SearchDocument.Fault) {
            document = try SearchDocument(text)
        } catch {
            throw Refusal(Self.graphError("InvalidSyntax", "", error.description))
        }
        func bound(_ name: String, _ variable: Int64?) -> Int64? {
            let written = document.arguments[name]
            return written == "$\(name)" ? variable : written.flatMap { Int64($0) }
        }
        guard let from = bound("from", body.variables?.from), let to = bound("to", body.variables?.to) else {
            throw refuse("from and to are required")
        }
        if let count = body.variables?.filter?.argumentCount, count > Self.maxFilterArguments {
            throw refuse("a filter has at most \(Self.maxFilterArguments) arguments")
        }
        guard document.arguments["filter"].map({ $0 == "$filter" }) ?? true else {
            throw refuse("this simulator takes a filter in the variable $filter only")
        }
        return SearchQuestion(
            document: document,
            span: try searchSpan(from: from, to: to, refuse),
            filter: document.arguments["filter"] == nil ? nil : body.variables?.filter,
            cursor: Self.cursor(document.arguments["pagination"], body.variables?.pagination?.cursor)
        )
    }

    private func searchSpan(
        from: Int64,
        to: Int64,
        _ refuse: (String, Int) -> Refusal
    ) throws(Refusal) -> Range<Moment> {
        let now = clock.now
        guard from <= to else { throw refuse("from is after to", 400) }
        // Seconds mean January 1970, for which there are no records; this is not an error.
        if to < 100_000_000_000 { return Moment(from)..<Moment(from) }
        guard Moment(from) >= now - Self.longestSearchLookBack else {
            throw refuse("from cannot be older than 36 months", 400)
        }
        guard to - from <= Self.longestSearchSpan.milliseconds else {
            throw refuse("the duration between to and from must not be more than 365 days", 400)
        }
        let end = min(Moment(to), now.advanced(by: 1))
        return min(Moment(from), end)..<end
    }

    /// `$pagination`, or one that is written in the document; `0` and `NA` mean the beginning.
    private static func cursor(_ written: String?, _ variable: String?) -> String? {
        guard let written else { return nil }
        if written == "$pagination" { return variable }
        return written.split(separator: "\"").dropFirst().first.map(String.init)
    }

    private static func graphError(_ kind: String, _ path: String, _ text: String) -> Response {
        let place = path.isEmpty ? "" : "@[\(path)]"
        return .json(
            200,
            [
                "data": .null,
                "errors": [
                    [
                        "message": .string("Validation error (\(kind)\(place)) : \(text)"),
                        "extensions": ["classification": "ValidationError"],
                    ]
                ],
            ]
        )
    }
}

extension JSON {
    /// Without these members, at any depth.
    fileprivate func without(_ names: Set<String>) -> JSON {
        guard !names.isEmpty, case .object(let members) = self else { return self }
        return .object(members.filter { !names.contains($0.0) }.map { ($0.0, $0.1.without(names)) })
    }
}
