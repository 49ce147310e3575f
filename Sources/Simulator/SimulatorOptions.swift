/// How a simulated provider behaves; each of the switches of wxcc-api 15 that concern it. May be changed while it runs.
package struct SimulatorOptions: Sendable {
    /// API calls per minute and organization before the answer is 429; 0 for no limit (wxcc-api 4.4).
    package var requestsPerMinute = 300
    /// How the token endpoint behaves.
    package var tokens = TokenRules()
    /// How `GET tasks` behaves in doubtful cases.
    package var tasks = TaskRules()
    /// How `GET agents/activities` behaves in doubtful cases.
    package var activities = ActivityRules()
    /// How `GET queues/statistics` and `GET agents/statistics` behave in doubtful cases.
    package var statistics = StatisticsRules()
    /// How `POST search` behaves in doubtful cases.
    package var search = SearchRules()
    /// How `POST captures/query` behaves in doubtful cases.
    package var captures = CaptureRules()
    /// Whether this is the early-access platform of 2021: its four endpoints below `/v1/contactCenter`, the flat
    /// captures query, recordings in an object with a status; nothing else (wxcc-api 2.1, 6).
    package var isEarlyAccess = false
    /// How the configuration of sites behaves in doubtful cases.
    package var sites = SiteRules()
    /// How webhooks are sent.
    package var webhooks = WebhookRules()
    /// How the legacy records behave in doubtful cases.
    package var legacy = LegacyRules()
    /// Whether answers have the simulator's time as their `Date`. A client with another clock would take it to be
    /// wrong.
    package var tellsTime = true
    /// How far answers differ from their description.
    package var quirks = Quirks.all
    /// Bytes from which an answer is compressed for clients that ask for gzip; `nil` for never (wxcc-api 4.1).
    package var compressionThreshold: Int? = 1 << 20
    /// Recordings that are older by the simulator's clock are gone; `nil` keeps all (wxcc-api 6.7).
    package var retention: Duration?
    /// The faults, see ``FaultRule``.
    package var faults: [FaultRule] = []

    /// As wxcc-api says, whether it is certain or guesses.
    package init() {}

    /// Answers exactly as the provider's OpenAPI file describes them.
    package static var strict: SimulatorOptions {
        var options = SimulatorOptions()
        options.quirks = []
        return options
    }
}

/// The rules of the token endpoint (wxcc-api 3).
package struct TokenRules: Sendable {
    /// The two ways in which refusals are written (wxcc-api 3.6).
    package enum ErrorShape: String, Sendable {
        /// `{"error":"invalid_grant","error_description":…}`
        case oauth
        /// `{"message":…,"errors":[…],"trackingId":…}`
        case webex
    }

    /// How long an access token is valid, by the simulator's clock.
    package var accessLifetime: Duration = .seconds(1_209_600)
    /// How long a refresh token is valid after its last use.
    package var refreshLifetime: Duration = .seconds(7_776_000)
    /// Whether a refresh gives a new refresh token and invalidates the used one.
    package var rotatesRefreshTokens = false
    /// How refusals are written.
    package var errorShape = ErrorShape.oauth
    /// Whether tokens are those of a Service App, which has to name its organization in captures/query (wxcc-api 3.4).
    package var isServiceApp = true
    /// The exact redirect URIs with which every client is registered.
    package var redirectURIs = ["http://localhost:8085/callark"]
    /// Whether the administrator refuses.
    package var deniesConsent = false
    /// The name of the organization of the signed-in user, if several share a client; by default the first.
    package var signedInOrganization: String?
    /// Whether a code is tied to its challenge (PKCE, RFC 7636); otherwise both are ignored.
    package var knowsProofKeys = true
    /// How long a code is valid, by the simulator's clock.
    package var codeLifetime: Duration = .seconds(300)
    /// Space separated; API calls need `cjp:config_read` or `cjp:config`, and those that change a site
    /// `cjp:config_write`. A consent in a browser gives the requested scopes instead.
    package var scope = "cjp:config_read cjp:config_write"

    /// As wxcc-api says, whether it is certain or guesses.
    package init() {}
}

/// The rules of `GET tasks` that are in doubt (wxcc-api 5, 16).
package struct TaskRules: Sendable {
    /// Matching tasks beyond which the answer is 413; `nil` for never.
    package var tooMany: Int?
    /// Whether a task that was created exactly at `from` is left out.
    package var excludesFrom = false
    /// Share of the tasks that are never listed, although their captures and activities exist: 0…1, the same tasks each
    /// time.
    package var hiddenShare = 0.0
    /// Whether a `to` in the future is refused with 400, as for agent activities.
    package var refusesFuture = false

    /// As wxcc-api says, whether it is certain or guesses.
    package init() {}
}

/// The rules of `GET agents/activities` that are in doubt (wxcc-api 7).
package struct ActivityRules: Sendable {
    /// Whether tokens may request them; otherwise 403.
    package var isPermitted = true
    /// The last row that any page of a request can reach.
    package var maxRows = 10_000

    /// As wxcc-api says, whether it is certain or guesses.
    package init() {}
}

/// The rules of `GET queues/statistics` and `GET agents/statistics` that are in doubt (wxcc-api 8, 9).
package struct StatisticsRules: Sendable {
    /// The status after the end of statistics, 404 or 410; `nil` while they exist.
    package var endOfLife: Int?

    /// As wxcc-api says, whether it is certain or guesses.
    package init() {}
}

/// The rules of `POST search` that are in doubt (wxcc-api 11).
package struct SearchRules: Sendable {
    /// Whether tokens may use it; otherwise 403.
    package var isPermitted = true
    /// Records on a page.
    package var pageSize = 250
    /// The last record that any page of a request can reach.
    package var maxRows = 100_000
    /// Matching records beyond which the answer is 413; `nil` for never.
    package var tooMany: Int?
    /// Fields that this provider does not have: asking for one is an error.
    package var undefinedFields: Set<String> = []

    /// As wxcc-api says, whether it is certain or guesses.
    package init() {}
}

/// The rules of `POST captures/query` that are in doubt (wxcc-api 6, 16).
package struct CaptureRules: Sendable {
    /// Whether the body of the early-access labs, without `query`, is accepted.
    package var acceptsFlatBody = false
    /// Whether more than 60 minutes are taken as 60 instead of refused with 400.
    package var clampsExpiration = false
    /// Whether an identifier that is given twice is tolerated instead of refused with 400.
    package var toleratesDuplicates = false
    /// Whether the combined recording is listed too when segments are requested.
    package var listsStitchedWithSegments = false

    /// As wxcc-api says, whether it is certain or guesses.
    package init() {}
}

/// The rules of `organization/{orgId}/site` that are in doubt (wxcc-api 10, 16).
package struct SiteRules: Sendable {
    /// Whether the second version of the list exists, in pages; otherwise 404.
    package var servesVersion2 = true
    /// Whether the bulk call exists; otherwise 405.
    package var servesBulk = true
    /// The most sites on one page, whatever size is requested.
    package var largestPage = 100
    /// Whether every page is the first one.
    package var ignoresPage = false
    /// Whether a change of another version than the newest is refused with 409 instead of carried out.
    package var refusesStaleVersions = true
    /// One in this many items of a bulk call is carried out but missing from the answer; `nil` for none.
    package var silentBulkItem: Int?

    /// As wxcc-api says, whether it is certain or guesses.
    package init() {}
}

/// Ways in which real answers differ from their description (wxcc-api 5, 6.2).
package struct Quirks: OptionSet, Sendable {
    /// One bit for each.
    package let rawValue: Int
    /// Any set of them.
    package init(rawValue: Int) { self.rawValue = rawValue }

    /// `startTime` and `stopTime` are strings in some recordings.
    package static let stringTimestamps = Quirks(rawValue: 1 << 0)
    /// `source` and `provider` instead of `Source` and `Provider` in some transcripts.
    package static let lowerCaseKeys = Quirks(rawValue: 1 << 1)
    /// Optional keys are left out here and there.
    package static let missingKeys = Quirks(rawValue: 1 << 2)
    /// Owner, queue and `captureRequested` are null or missing if there is no value.
    package static let nulls = Quirks(rawValue: 1 << 3)
    /// Neither tasks nor recordings are returned in the order in which they were requested or created.
    package static let anyOrder = Quirks(rawValue: 1 << 4)
    /// URLs are written with `\u003d` and `\u0026`.
    package static let escapedURLs = Quirks(rawValue: 1 << 5)
    /// Participants are one comma-separated string in some recordings.
    package static let joinedParticipants = Quirks(rawValue: 1 << 6)
    /// The `meta` of a list of sites has numbers, although the description has only objects.
    package static let numbersInMeta = Quirks(rawValue: 1 << 16)

    /// Every one of them.
    package static let all: Quirks = [
        .stringTimestamps, .lowerCaseKeys, .missingKeys, .nulls, .anyOrder, .escapedURLs, .joinedParticipants,
        .numbersInMeta,
    ]
}

/// The rules of the legacy records that are in doubt (wxcc-api 13, 16).
package struct LegacyRules: Sendable {
    /// Whether a tenant is required after the signature.
    package var requiresTenant = true
    /// Whether an activity names the next one.
    package var tellsNextState = true
    /// The most rows of any answer.
    package var maxRecords = 1_000_000
    /// Whether CSV begins with a byte order mark.
    package var csvHasMark = true

    /// As wxcc-api says, whether it is certain or guesses.
    package init() {}
}
