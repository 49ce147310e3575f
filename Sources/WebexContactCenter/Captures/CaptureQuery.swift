import Recordings
import Transfer

/// One `POST captures/query` about up to ten tasks.
struct CaptureQuery: Sendable {
    /// The most tasks that one query may name (wxcc-api 6.1).
    static let largestBatch = 10

    var organizationID: OrganizationID
    var taskIDs: [TaskID]
    var options: CaptureOptions

    /// The query in the form of `dialect`. The organization is always named: Service Apps must name it, and all others
    /// may.
    func call(in dialect: APIDialect) -> APICall {
        var members = [
            JSONMember("orgId", .string(organizationID.description)),
            JSONMember("urlExpiration", .number(String(options.urlExpirationMinutes))),
            JSONMember("taskIds", .array(taskIDs.map { .string($0.description) })),
            JSONMember("includeSegments", .bool(options.includeSegments)),
        ]
        // The 2021 interface had no such field: there it is sent only if it is requested.
        if dialect == .current || options.includeVirtualAgent {
            members.append(JSONMember("includeVARecordings", .bool(options.includeVirtualAgent)))
        }
        let query = JSONValue.object(members)
        let body = dialect == .current ? JSONValue.object([JSONMember("query", query)]) : query
        return APICall(method: .post, path: "captures/query", body: body)
    }
}
