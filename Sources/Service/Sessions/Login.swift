import HTTPTypes

/// Login and logout of browsers: a key is exchanged for a session, whose token is in a cookie that no script can read.
struct Login: Sendable {
    let authenticator: Authenticator

    var routes: [Route] {
        [
            Route(.post, "/session", .open) { try await begin($0) },
            Route(.delete, "/session") { try await end($0) },
        ]
    }

    private struct Order: Decodable {
        var key: String
    }

    private func begin(_ inquiry: Inquiry) async throws -> Answer {
        let order = try await inquiry.json(Order.self, members: ["key"])
        let key = try await authenticator.key(order.key, from: inquiry.address)
        let admission = try await authenticator.begin(.key(key), for: inquiry.headers, from: inquiry.address)
        var answer = try Answer.json(MeLine(admission.caller))
        answer.headers[.setCookie] = admission.setCookie
        return answer
    }

    private func end(_ inquiry: Inquiry) async throws -> Answer {
        // With a key of its own, a request has no session to end.
        guard let session = try inquiry.knownCaller.session else { return Answer(.noContent) }
        try await authenticator.end(session)
        return Answer(.noContent, headers: [.setCookie: authenticator.cookie.removal])
    }
}
