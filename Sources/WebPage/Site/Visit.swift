import Foundation
import Recordings

/// A request for a page: who asks for what, and how the page asks the API.
package struct Visit: Sendable {
    /// The person, as the service knows them.
    package struct Person: Sendable, Hashable {
        package var name: String
        package var role: String
        /// Whether there is a session to end.
        package var hasSession: Bool
        package var mayListen: Bool
        /// Whether the person may have proofs.
        package var mayExamine: Bool
        package var mayOperate: Bool
        package var mayAudit: Bool
        package var mayAdminister: Bool

        package init(
            name: String,
            role: String,
            hasSession: Bool,
            mayListen: Bool,
            mayExamine: Bool,
            mayOperate: Bool,
            mayAudit: Bool,
            mayAdminister: Bool
        ) {
            self.name = name
            self.role = role
            self.hasSession = hasSession
            self.mayListen = mayListen
            self.mayExamine = mayExamine
            self.mayOperate = mayOperate
            self.mayAudit = mayAudit
            self.mayAdminister = mayAdminister
        }
    }

    /// Asks the API as the person who visits: the same route, the same role, the same log.
    /// - Throws: ``PageProblem``.
    package typealias API = @Sendable (_ path: String, _ query: [String: String]) async throws -> JSONValue

    package var person: Person
    /// The decoded segments of the path, by the names in the page's pattern.
    package var values: [String: String]
    package var query: [String: String]
    package var now: Timestamp
    package var timeZone: TimeZone
    /// `light`, `dark`, or `nil` for what the system prefers.
    package var theme: String?
    package var api: API

    package init(
        person: Person,
        values: [String: String],
        query: [String: String],
        now: Timestamp,
        timeZone: TimeZone,
        theme: String?,
        api: @escaping API
    ) {
        self.person = person
        self.values = values
        self.query = query
        self.now = now
        self.timeZone = timeZone
        self.theme = theme
        self.api = api
    }

    /// Today, in the archive's time zone.
    var today: ArchiveDay { ArchiveDay(now, in: timeZone) }

    /// The names of the organizations that the person can see, in the configuration's order.
    func organizations() async throws -> [String] {
        try await api("/api/v1/organizations", [:]).list("organizations").compactMap { $0.text("name") }
    }
}

/// Why a page cannot be shown: the API's problem.
package struct PageProblem: Error, Sendable, Hashable {
    package var status: Int
    package var code: String
    /// For people, without the marks of code.
    package let detail: String

    package init(status: Int, code: String, detail: String) {
        self.status = status
        self.code = code
        self.detail = detail.withoutCodeMarks
    }
}
