/// What a simulator has received and sent since it was created.
package struct SimulatorCounters: Sendable, Hashable {
    /// Requests by endpoint, including refused ones.
    package var requests: [Endpoint: Int] = [:]
    /// Answers by HTTP status, over all endpoints.
    package var statuses: [Int: Int] = [:]
    /// Bytes of recordings and transcripts that were sent.
    package var mediaBytes = 0
    /// Webhooks that were delivered.
    package var webhooks = 0
    /// Faults by kind (``Fault/kind``): affected requests, and recordings that were changed in an answer.
    package var faultsByKind: [String: Int] = [:]
    /// All of them.
    package var faults: Int { faultsByKind.values.reduce(0, +) }

    /// Requests to one endpoint.
    package func requests(to endpoint: Endpoint) -> Int { requests[endpoint, default: 0] }

    var json: JSON {
        .object([
            ("type", "counters"),
            (
                "requests",
                .object(requests.map { ($0.key.rawValue, JSON.integer(Int64($0.value))) }.sorted { $0.0 < $1.0 })
            ),
            (
                "statuses",
                .object(statuses.map { (String($0.key), JSON.integer(Int64($0.value))) }.sorted { $0.0 < $1.0 })
            ),
            ("media_bytes", .integer(Int64(mediaBytes))), ("webhooks", .integer(Int64(webhooks))),
            ("faults", .integer(Int64(faults))),
            (
                "faults_by_kind",
                .object(faultsByKind.map { ($0.key, JSON.integer(Int64($0.value))) }.sorted { $0.0 < $1.0 })
            ),
        ])
    }
}
