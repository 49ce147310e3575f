import Recordings
import Transfer

/// Which of the provider's records Search is asked for (wxcc-api 11).
enum SearchRoot: String, Sendable {
    /// One record for each contact.
    case taskDetails
    /// One record for each time an agent was signed in.
    case agentSession

    /// What the list of records is called in the answer.
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

/// One page of records that `POST search` is asked for: a document that is the same always, but for fields that this
/// provider does not have, and its variables.
struct SearchQuery: Sendable, Hashable {
    var root: SearchRoot
    var selection: SearchSelection
    /// Both in milliseconds: with seconds, the provider would answer with nothing, and call it a success.
    var from: Timestamp
    var to: Timestamp
    var filter: JSONValue?
    /// Where the page before ended, in the provider's words; `nil` for the first page.
    var cursor: String?

    /// The call with it.
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
    /// A filter for records of any of these tasks. Each counts as an argument of which a filter may have a thousand.
    static func anyOf(_ ids: some Sequence<TaskID>) -> JSONValue {
        let equalities = ids.map { id -> JSONValue in
            .object([JSONMember("id", .object([JSONMember("equals", .string(id.description))]))])
        }
        return .object([JSONMember("or", .array(equalities))])
    }
}
