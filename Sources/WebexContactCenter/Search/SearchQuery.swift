import Recordings
import Transfer

/// The kinds of the provider's records in Search (wxcc-api 11).
enum SearchRoot: String, Sendable {
    /// One record for each contact.
    case taskDetails
    /// One record for each time an agent was signed in.
    case agentSession

    /// The name of the list of records in the answer.
    var records: String {
        switch self {
        case .taskDetails: "tasks"
        case .agentSession: "agentSessions"
        }
    }

    /// The type of the filter in the provider's schema.
    fileprivate var filterType: String {
        switch self {
        case .taskDetails: "TaskDetailsFilters"
        case .agentSession: "AgentSessionFilters"
        }
    }
}

/// A request for one page of records with `POST search`: a document that is always the same, except for fields that
/// this provider does not have, and its variables.
struct SearchQuery: Sendable, Hashable {
    var root: SearchRoot
    var selection: SearchSelection
    /// Both in milliseconds: with seconds, the provider would return nothing, and call it a success.
    var from: Timestamp
    var to: Timestamp
    var filter: JSONValue?
    /// The cursor from the previous page; `nil` for the first page.
    var cursor: String?

    /// The call with this request.
    func call(organizationID: OrganizationID) -> APICall {
        APICall(
            method: .post,
            base: .host,
            path: "search",
            query: [(name: "orgId", value: organizationID.description)],
            body: .object([
                JSONMember("query", .string(document)), JSONMember("variables", .object(variables)),
            ])
        )
    }

    private var document: String {
        """
        query callark($from: Long!, $to: Long!, $filter: \(root.filterType), $pagination: Pagination) \
        { \(root.rawValue)(from: $from, to: $to, filter: $filter, pagination: $pagination) \
        { \(root.records) { \(selection.text) } pageInfo { hasNextPage endCursor } } }
        """
    }

    private var variables: [JSONMember] {
        var variables = [
            JSONMember("from", .number(String(from.millisecondsSince1970))),
            JSONMember("to", .number(String(to.millisecondsSince1970))),
        ]
        if let filter { variables.append(JSONMember("filter", filter)) }
        if let cursor { variables.append(JSONMember("pagination", .object([JSONMember("cursor", .string(cursor))]))) }
        return variables
    }
}

extension JSONValue {
    /// A filter for records of any of these tasks. Each task is an argument; a filter may have a thousand.
    static func anyOf(_ ids: some Sequence<TaskID>) -> JSONValue {
        let equalities = ids.map { id -> JSONValue in
            .object([JSONMember("id", .object([JSONMember("equals", .string(id.description))]))])
        }
        return .object([JSONMember("or", .array(equalities))])
    }
}
