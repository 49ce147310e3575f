import Reports
import Archiver
import ArgumentParser
import DailyArchive
import Files
import Foundation
import Recordings
import Settings
import Transfer
import WebexContactCenter
import Wiring

struct ConfigCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check the configuration, the disk, the clock and the provider, one line each.",
        discussion: """
            Checks the file, the root, its file system and free space, the clock, and whether the provider's \
            platform has Search. A secret that this account cannot read is a line, too. Then it asks the provider, for each organization, whether the token works, belongs \
            to that organization, and to the configured region. Each line that says FAILED also says what to do.

            It changes nothing and creates no folder, with one exception: like every command that asks the provider, \
            it renews a token that is due, and keeps it below the root. Without a root to keep it in, the provider \
            is not asked.

            EXAMPLES
              callark config check
              callark config check --offline
            """
    )

    @OptionGroup var common: CommonOptions

    @Flag(help: "Do not ask the provider.")
    var offline = false

    func run() async throws {
        let output = Output(json: common.json)
        var report = CheckReport(output: output)
        do {
            defer { output.flush() }
            let installation = try Installation(common, usesRoot: false, needsSecrets: false)
            try report.add("configuration", .ok("\(installation.loaded.path) is valid"))
            try report.add("root", Self.root(installation))
            try report.add("disk", Self.disk(installation))
            try report.add("clock", Self.clock(installation.timeZone))
            for (name, finding) in Self.secrets(installation) { try report.add(name, finding) }
            for (name, finding) in Self.platforms(installation) { try report.add(name, finding) }
            if let vault = installation.vault {
                for (name, finding) in await self.vault(vault, installation) { try report.add(name, finding) }
            }
            if !offline {
                for (name, finding) in await providers(installation) { try report.add(name, finding) }
            }
            try report.end()
        }
        if report.status != .complete { throw ExitCode(report.status.rawValue) }
    }

    private static func root(_ installation: Installation) -> CheckFinding {
        do {
            let identity = try installation.root.identity()
            if let network = try installation.root.networkFileSystem() {
                let text = "\(installation.root.path) is on a network file system (\(network))"
                return .failed(text, advice: "choose an archive.root on a local disk", .inputOutput)
            }
            try installation.root.requireOwnAccount()
            try installation.root.requireWritable()
            return .ok("\(installation.root.path) is writable, archive \(identity.id)")
        } catch {
            return .failed("\(error)", advice: "", ExitStatus(error))
        }
    }

    private static func disk(_ installation: Installation) -> CheckFinding {
        do {
            let free = try installation.root.diskSpace().freeBytes
            let minimum = installation.settings.archive.minimumFreeBytes
            let text = "\(Readable.bytes(free)) free, archive.minimum_free_bytes is \(Readable.bytes(minimum))"
            return free >= minimum ? .ok(text) : .failed(text, advice: "free some space", .inputOutput)
        } catch {
            return .failed("\(error)", advice: "", ExitStatus(error))
        }
    }

    /// A clock that was never set shows the epoch, or the day on which the system was built.
    private static func clock(_ timeZone: TimeZone) -> CheckFinding {
        let now = Timestamp(Date())
        let built = Timestamp(millisecondsSince1970: 1_763_596_800_000)
        let time = now.named(in: timeZone, seconds: true)
        return now >= built
            ? .ok(time)
            : .failed("the clock says \(time)", advice: "set it, for example with NTP", .inputOutput)
    }

    /// The secrets that this account cannot read.
    private static func secrets(_ installation: Installation) -> [(String, CheckFinding)] {
        installation.settings.organizations.flatMap { organization in
            organization.secrets.compactMap { secret in
                do throws(SettingsError) {
                    _ = try secret.reveal()
                    return nil
                } catch {
                    let advice = "fix it, or run this as the account that archives"
                    return ("secret \(organization.name)", .failed("\(error)", advice: advice, .configuration))
                }
            }
        }
    }

    /// What an organization's platform lacks, reported here rather than by every pass.
    private static func platforms(_ installation: Installation) -> [(String, CheckFinding)] {
        installation.settings.organizations.filter { !Installation.dialect(of: $0).hasSearch }.map {
            organization in
            let name = "search \(organization.name)"
            guard organization.demandsSearch else {
                let meaning = "call details come from the task list only, and no day is compared with Search"
                return (name, .ok("\(APIDialect.noSearch): \(meaning)"))
            }
            let advice =
                "leave out cross_check_search, or api_dialect if the tenant has moved to the current platform"
            return (
                name,
                .failed("\(APIDialect.noSearch), and cross_check_search asks for it", advice: advice, .configuration)
            )
        }
    }

    private func providers(_ installation: Installation) async -> [(String, CheckFinding)] {
        do throws(TransferError) {
            _ = try await installation.contactCenters.engine
        } catch {
            return [("certificates", .failed("\(error)", advice: "check downloads.ca_file", .configuration))]
        }
        var findings: [(String, CheckFinding)] = []
        for organization in installation.settings.organizations {
            findings += await provider(of: organization, installation)
        }
        await installation.contactCenters.shutDown()
        for organization in installation.settings.organizations where organization.legacy != nil {
            findings.append(("legacy \(organization.name)", await Self.legacy(of: organization.name, installation)))
        }
        return findings
    }

    /// Whether an organization's provider answers, and whether its clock agrees with this one.
    private func provider(
        of organization: OrganizationSettings,
        _ installation: Installation
    ) async -> [(String, CheckFinding)] {
        let name = "provider \(organization.name)"
        do {
            try installation.requireRoot(forTokensOf: organization)
        } catch {
            let text = "not asked: a renewed token could not be kept"
            return [(name, .failed(text, advice: "\(error)", ExitStatus(error)))]
        }
        let provider: ProviderSettings
        do {
            provider = try installation.provider(organization)
        } catch {
            return [(name, .failed("not asked: a secret cannot be read", advice: "", .configuration))]
        }
        let host = organization.apiBaseURL.host() ?? ""
        do {
            let client = try await installation.contactCenters.client(of: provider, retry: RetryPolicy(attempts: 2))
            let result = try await client.probe()
            let zone = installation.timeZone
            let expiry = result.token.accessExpires.map { "; access token valid until \($0.named(in: zone))" } ?? ""
            let answer = (name, CheckFinding.ok("\(host) answers\(expiry)"))
            guard let offset = result.clockOffset, offset.milliseconds.magnitude > 60_000 else { return [answer] }
            let side = offset < .zero ? "ahead of" : "behind"
            let text = "the clock is \(Int(offset.seconds.magnitude)) s \(side) that of \(host)"
            let advice = "set this machine's clock, for example with NTP"
            return [answer, ("clock", .failed(text, advice: advice, .inputOutput))]
        } catch let error as ProviderError {
            let advice = error.advice.isEmpty ? "check the network, the region and org_id (\(host))" : error.advice
            return [(name, .failed(error.message, advice: advice, ExitStatus(error)))]
        } catch {
            return [(name, .failed("\(error)", advice: "", ExitStatus(error)))]
        }
    }

    /// Asks for a session that does not exist: an answer that it does not exist shows that the key was accepted
    /// (wxcc-api 13.6).
    private static func legacy(of name: OrganizationName, _ installation: Installation) async -> CheckFinding {
        do {
            guard let id = LegacyRecordID("00000000-0000-4000-8000-000000000000") else { return .ok("not asked") }
            _ = try await installation.withLegacyRecords(of: name) { records in try await records.record(.csr, id) }
            return .ok("the host answers, and accepts the key and the tenant")
        } catch let error as ProviderError where error.status == 404 {
            return .ok("the host answers, and accepts the key and the tenant")
        } catch let error as ProviderError {
            return .failed(error.message, advice: error.advice, ExitStatus(error))
        } catch {
            return .failed("\(error)", advice: "", ExitStatus(error))
        }
    }
}

/// The result of one check.
enum CheckFinding {
    case ok(String)
    case failed(String, advice: String, ExitStatus)
}

/// The output of the check.
private struct CheckReport {
    let output: Output
    private(set) var statuses: [ExitStatus] = []
    private var checks = 0

    init(output: Output) {
        self.output = output
    }

    var status: ExitStatus { ExitStatus.worst(statuses) }

    mutating func add(_ name: String, _ finding: CheckFinding) throws {
        checks += 1
        switch finding {
        case .ok(let text):
            try output.json(Line(name: name, failed: false, message: text))
            output.text("OK      \(name): \(text)")
        case .failed(let text, let advice, let status):
            statuses.append(status)
            try output.json(Line(name: name, failed: true, message: text, advice: advice))
            output.text("FAILED  \(name): \(text)" + (advice.isEmpty ? "" : "; \(advice)"))
        }
    }

    func end() throws {
        try output.json(Summary(checks: checks, failed: statuses.count))
    }

    private struct Line: Encodable {
        let type = "check"
        var name: String
        var failed: Bool
        var message: String
        var advice: String?
    }

    private struct Summary: Encodable {
        let type = "summary"
        var checks: Int
        /// How many need a person's attention.
        var failed: Int
    }
}
