import HTTPTypes

/// A method and path that the service answers, and how.
struct Route: Sendable {
    /// Who may use a route.
    enum Access: Sendable, Hashable {
        /// Anyone, without a key.
        case open
        /// Callers with a key whose role has this permission.
        case permission(Role.Permission)
    }

    /// The method. A route for GET also answers HEAD.
    let method: HTTPRequest.Method
    let pattern: RoutePattern
    let access: Access
    /// The query parameters that the route knows.
    let parameters: Set<String>
    /// The parameters that may be given more than once.
    let repeatable: Set<String>
    let handle: @Sendable (Inquiry) async throws -> Answer

    init(
        _ method: HTTPRequest.Method,
        _ pattern: String,
        _ access: Access = .permission(.look),
        parameters: Set<String> = [],
        repeatable: Set<String> = [],
        _ handle: @escaping @Sendable (Inquiry) async throws -> Answer
    ) {
        self.method = method
        self.pattern = RoutePattern(pattern)
        self.access = access
        self.parameters = parameters
        self.repeatable = repeatable
        self.handle = handle
    }

    /// Whether the route answers requests with this method.
    func answers(_ method: HTTPRequest.Method) -> Bool {
        method == self.method || method == .head && self.method == .get
    }
}

/// All routes of the service.
struct RouteTable: Sendable {
    let routes: [Route]

    /// Finds the route of a request.
    /// - Throws: a ``Problem``: 404 if no route matches the path; 405 if one does, but for another method.
    func find(
        _ method: HTTPRequest.Method,
        _ path: Substring
    ) throws(Problem) -> (route: Route, values: [String: String]) {
        var others: [Route] = []
        for route in routes {
            guard let values = route.pattern.match(path) else { continue }
            if route.answers(method) { return (route, values) }
            others.append(route)
        }
        // Several patterns may match the path. Only the methods of the narrowest are named.
        let narrowest = others.map(\.pattern.wordCount).max()
        var allowed: Set<String> = []
        for route in others where route.pattern.wordCount == narrowest {
            allowed.insert(route.method.rawValue)
            if route.method == .get { allowed.insert(HTTPRequest.Method.head.rawValue) }
        }
        guard !allowed.isEmpty else { throw .notFound("there is nothing at this path") }
        let list = allowed.sorted().joined(separator: ", ")
        throw Problem(
            .methodNotAllowed,
            "method_not_allowed",
            "this path answers \(list)",
            headers: [.allow: list]
        )
    }
}
