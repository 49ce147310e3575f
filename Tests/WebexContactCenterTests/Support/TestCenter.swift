import Foundation
import Logging
import Recordings
import TestSupport
import Testing
import Transfer

@testable import WebexContactCenter

/// One organization with what most tests need.
struct TestCenter {
    static let organizationID = "93912f11-6017-404b-bf14-5331890b1797"
    static let bearer = "QUJDREVG_P0A1_93912f11-6017-404b-bf14-5331890b1797"
    /// 2025-11-22T06:00:00Z.
    static let now = Timestamp(millisecondsSince1970: 1_763_791_200_000)

    let exchange: ScriptedExchange
    let clock = InstantClock()
    let center: ContactCenter

    init(
        _ exchange: ScriptedExchange,
        dialect: APIDialect = .current,
        credentials: Credentials = .bearer(Secret(bearer)),
        requestsPerMinute: Int = 50,
        attempts: Int = 4
    ) throws {
        self.exchange = exchange
        let clock = clock
        center = ContactCenter(
            try Self.settings(dialect: dialect, credentials: credentials, requestsPerMinute: requestsPerMinute),
            exchange: exchange,
            retry: RetryPolicy(attempts: attempts, baseDelay: .seconds(1), maximumDelay: .seconds(8)),
            clock: clock,
            now: { Self.now + clock.elapsed },
            logger: .quiet
        )
    }

    static func settings(
        dialect: APIDialect = .current,
        credentials: Credentials = .bearer(Secret(bearer)),
        requestsPerMinute: Int = 50,
        apiBaseURL: String = "https://api.example.com/v1",
        oauthBaseURL: String = "https://oauth.example.com/v1/"
    ) throws -> ProviderSettings {
        ProviderSettings(
            organization: try #require(OrganizationName("acme")),
            organizationID: try #require(OrganizationID(organizationID)),
            apiBaseURL: try #require(URL(string: apiBaseURL)),
            oauthBaseURL: try #require(URL(string: oauthBaseURL)),
            dialect: dialect,
            requestsPerMinute: requestsPerMinute,
            credentials: credentials
        )
    }

    /// All pages of the hour before now.
    func listHour() async throws -> [TaskPage] {
        try await pages(from: Self.now - .hours(1), to: Self.now - .minutes(2))
    }

    func pages(from: Timestamp, to: Timestamp) async throws -> [TaskPage] {
        var pages: [TaskPage] = []
        for try await page in center.taskPages(from: from, to: to) { pages.append(page) }
        return pages
    }
}

extension Logger {
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

func taskIDs(_ texts: String...) -> [TaskID] { texts.compactMap { TaskID($0) } }

/// The provider error that `work` ends with.
func providerError(_ work: () async throws -> Void) async throws -> ProviderError {
    let error = await #expect(throws: ProviderError.self) { try await work() }
    return try #require(error)
}

/// A new folder, removed after the test.
func withTemporaryFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let folder = NSTemporaryDirectory() + "callark-client-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try await body(folder)
}

func fixture(_ name: String) throws -> Data {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/" + name, withExtension: nil))
    return try Data(contentsOf: url)
}
