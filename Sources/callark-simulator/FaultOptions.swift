import ArgumentParser
import Foundation
import Simulator

/// The options of everything that can go wrong with the simulated provider.
struct FaultOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A file of fault rules, in YAML or JSON; see FAULTS.", valueName: "file"))
    var faultPlan: String?

    @Option(help: ArgumentHelp("One fault rule in its short form; may be given more than once.", valueName: "rule"))
    var fault: [String] = []

    @Option(help: "How long an access token is good.")
    var accessTokenSeconds: Int?

    @Flag(help: "Every refresh gives a new refresh token and ends the old one.")
    var rotateRefreshTokens = false

    @Option(help: "How refused refreshes are written: oauth or webex.")
    var tokenErrors: TokenErrors = .oauth

    @Flag(help: "The administrator at the authorize address says no.")
    var denyConsent = false
    @Option(help: "What tokens permit, space separated; \"cjp:config_read\" alone is for reading only.")
    var tokenScope = TokenRules().scope

    @Option(help: "Around midday, so many tasks are created in one millisecond.")
    var tasksInOneMillisecond: Int?

    @Option(
        parsing: .unconditional,
        help: "How far the simulator's clock is ahead of this machine's; negative for behind."
    )
    var clockOffsetSeconds: Int = 0

    enum TokenErrors: String, ExpressibleByArgument, CaseIterable {
        case oauth, webex
    }

    func validate() throws {
        guard accessTokenSeconds ?? 1 > 0 else { throw ValidationError("--access-token-seconds must be at least 1") }
        guard tasksInOneMillisecond ?? 1 > 0 else {
            throw ValidationError("--tasks-in-one-millisecond must be at least 1")
        }
    }

    /// The simulator's options with all of it.
    /// - Throws: exit code 64, after one line on standard error, if a plan or a rule cannot be read.
    func options() throws -> SimulatorOptions {
        var options = SimulatorOptions()
        do {
            options.faults = try (faultPlan.map(FaultPlanText.rules(file:)) ?? []) + fault.map { try FaultRule($0) }
        } catch let error as SimulatorError {
            FileHandle.standardError.write(Data("Error: \(error)\n".utf8))
            throw ExitCode(64)
        }
        if let accessTokenSeconds { options.tokens.accessLifetime = .seconds(accessTokenSeconds) }
        options.tokens.scope = tokenScope
        options.tokens.rotatesRefreshTokens = rotateRefreshTokens
        options.tokens.deniesConsent = denyConsent
        options.tokens.errorShape = tokenErrors == .oauth ? .oauth : .webex
        return options
    }

    /// The grammar of rules.
    static let help = """
        FAULTS
        A rule says where and what goes wrong; and to what, how often and when.
          media 503 share=0.1
              a tenth of all requests for bytes
          media truncate bytes=20000 first=1 recordings=0.2
              the first download of a fifth of the recordings, always the same
          tasks 429 retry-after=2 every=10
              every tenth listing
          captures 401 after=20 first=1
              one refused token in mid-run
          captures vanish recordings=0.05 from=2025-11-22T06:30:00Z
              recordings that are purged at that time
        The first rule that applies to a request is carried out. A file for
        --fault-plan has the same in a list; its rules may be in the short form:
          faults:
            - at: media
              fault: truncate
              bytes: 20000
              first: 1
              recordings: 0.2
            - tasks 429 retry-after=2 every=10

        Where (at): token, tasks, activities, statistics, captures, search,
          organization, sites, media, legacy.
        What (fault), with its values:
          500 (any status)        body, type, retry-after
          html, json              a page with status 200; type=audio/wav
          slow-down, expired, expired-token
                                  the object store's 503, 403 and 400 in XML
          throttle seconds=S      429 to everybody who asks too early;
                                  tells=no leaves out Retry-After
          refuse shape=oauth|webex  the refresh token is not good any more
          empty                   200 and nothing
          truncate, truncate-chunked, reset bytes=N
                                  after so many bytes the connection ends
          shorten bytes=N         a short body that says that this is all
          cut keeps=SHARE etag=own|whole|date|none
                                  that share, as if it were all: media only
          stall bytes=N seconds=S  after so many bytes nothing for a while
          slow bytes=N            so many bytes a second
          delay seconds=S         the answer begins later
          chunked                 no Content-Length
          ignore-range            200 and the whole instead of a range
          change                  other bytes, another ETag at each request
          change-under-range      the same, and If-Match is ignored
          poison status=N         captures: a query that names such a task
          vanish                  captures: the recording is purged
          late seconds=S          captures: it appears later
          partial keeps=SHARE seconds=S
                                  captures: at first only that share is there
          name name=TEXT          captures: the file's name (..%2F..%2Fx%00)
          origin origin=https://HOST  captures: the URL's host
        To what: only=TEXT (in the path; a task's or recording's ID),
          recordings=SHARE (the same ones always, each counted on its own).
        How often: first=N, every=N, share=SHARE; otherwise always.
        When: after=N (requests pass first), from=TIME, until=TIME, by the
          simulator's clock.
        """
}
