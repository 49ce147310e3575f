import Archiver
import ArgumentParser
import Files
import Foundation
import Manifest
import Recordings
import Reports
import Settings
import Vault
import Wiring

struct VaultPushCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "push",
        abstract: "Put archives into the vault that were sealed before there was one.",
        discussion: """
            Begins with the newest day, at `vault.bytes_per_second`, and gives way to passes. You can stop it at any time: \
            the next run resumes where it ended. Archives that were sealed before stay archived meanwhile.

            --dry-run says how many requests and bytes that takes, and how much storage has to be paid until the locks \
            end. Nothing is put, and the store is not asked.

            EXAMPLES
              callark vault push --dry-run
              callark vault push
            """
    )

    @OptionGroup var common: CommonOptions

    @Option(
        help: "Only this organization of the configuration; may be given more than once.",
        transform: OrganizationName.init(argument:)
    )
    var org: [OrganizationName] = []

    @Flag(help: "Put nothing; say what it would take.")
    var dryRun = false

    func run() async throws {
        if dryRun { return try await forecast(in: Installation(common, needsSecrets: false)) }
        let status = try await CommandLineRun.interruptibly { stop in
            if let status = try await Handover.run(common, stop) { return status }
            return try await work(in: Installation(common), stop)
        }
        throw ExitCode(status.rawValue)
    }

    /// Does the command's work: in this process, or in a service on behalf of another one.
    func work(in installation: Installation, _ stop: StopRequest) async throws -> ExitStatus {
        let organizations = try installation.organizations(named: org)
        let vault = try VaultCommand.open(in: installation)
        let output = Output(json: common.json)
        defer { output.flush() }
        let progress = PassProgress(output: output)
        let push = VaultPush(try installation.setup, into: vault, stop: stop, observer: progress.observe)
        let results = try await installation.closing {
            try await push.run(organizations) { result in
                progress.end()
                output.text(
                    "\(result.organization): \(result.finding.placed.count) put "
                        + "(\(Readable.bytes(result.finding.placedBytes))), \(result.remaining) to go"
                )
                output.flush()
            }
        }
        progress.end()
        var statuses: [ExitStatus] = []
        for result in results {
            try output.json(ResultLine(result))
            let placed = Readable.count(result.finding.placed.count, "archive")
            output.text(
                "\(result.organization): put \(placed), \(Readable.bytes(result.finding.placedBytes)); "
                    + "\(result.remaining) not in the vault"
            )
            if let failure = Self.failure(of: result) {
                Diagnostics.error("\(result.organization): \(failure)")
                statuses.append(ExitStatus(failure))
            }
            if result.remaining > 0 { statuses.append(.incomplete) }
        }
        try output.json(SummaryLine(results))
        return ExitStatus.worst(statuses)
    }

    /// What went wrong. That a person stopped it is nothing wrong.
    private static func failure(of result: VaultPush.Result) -> (any Error)? {
        guard let failure = result.finding.failure, (failure as? VaultError)?.code != .cancelled else { return nil }
        return failure
    }

    /// `--dry-run`
    private func forecast(in installation: Installation) async throws {
        let organizations = try installation.organizations(named: org)
        guard let settings = installation.settings.vault, let place = installation.vault?.place else {
            _ = try VaultCommand.open(in: installation)
            return
        }
        let layout = VaultLayout(
            lock: settings.lock,
            retainYears: settings.retainYears,
            timeZone: installation.timeZone
        )
        let output = Output(json: common.json)
        defer { output.flush() }
        let manifest = try await installation.manifestForReading()
        var total = VaultForecast()
        for organization in organizations {
            guard let manifest else { continue }
            for row in try await VaultPush.waiting(organization, in: manifest, installation.root) {
                total.add(
                    byteCount: row.byteCount,
                    readsBack: settings.readBack == .whole,
                    retainedUntil: layout.lock == .none ? nil : Timestamp(layout.retainUntil(row.name.day)),
                    now: installation.now
                )
            }
        }
        let duration = total.duration(bytesPerSecond: settings.bytesPerSecond.flatMap { $0 > 0 ? $0 : nil })
        try output.json(ForecastLine(total, place, duration))
        output.text("to \(place), it would")
        output.text("  put \(Readable.count(total.archives, "archive")), \(Readable.bytes(total.byteCount))")
        output.text("  read back \(Readable.bytes(total.readBytes))")
        output.text("  make \(total.putRequests) requests that put, \(total.readRequests) that read")
        output.text("  have \(VaultWords.gigabyteMonths(total.gigabyteMonths)) of storage to be paid")
        if let duration { output.text("  take at least \(Readable.duration(duration))") }
    }

    private struct ForecastLine: Encodable {
        let type = "summary"
        let dryRun = true
        var place: String
        var archives: Int
        var bytes: Int64
        var readBytes: Int64
        var putRequests: Int
        var readRequests: Int
        var gigabyteMonths: Double
        var seconds: Int64?

        init(_ forecast: VaultForecast, _ place: String, _ duration: Duration?) {
            self.place = place
            archives = forecast.archives
            bytes = forecast.byteCount
            readBytes = forecast.readBytes
            putRequests = forecast.putRequests
            readRequests = forecast.readRequests
            gigabyteMonths = (forecast.gigabyteMonths * 1000).rounded() / 1000
            seconds = duration?.components.seconds
        }

        enum CodingKeys: String, CodingKey {
            case type, place, archives, bytes, seconds
            case dryRun = "dry_run"
            case readBytes = "read_bytes"
            case putRequests = "put_requests"
            case readRequests = "read_requests"
            case gigabyteMonths = "gigabyte_months"
        }
    }

    private struct ResultLine: Encodable {
        let type = "push"
        var organization: OrganizationName
        var archives: Int
        var bytes: Int64
        var remaining: Int
        var error: String?

        init(_ result: VaultPush.Result) {
            organization = result.organization
            archives = result.finding.placed.count
            bytes = result.finding.placedBytes
            remaining = result.remaining
            error = VaultPushCommand.failure(of: result).map { "\($0)" }
        }
    }

    private struct SummaryLine: Encodable {
        let type = "summary"
        var archives: Int
        var bytes: Int64
        var remaining: Int

        init(_ results: [VaultPush.Result]) {
            archives = results.reduce(0) { $0 + $1.finding.placed.count }
            bytes = results.reduce(0) { $0 + $1.finding.placedBytes }
            remaining = results.reduce(0) { $0 + $1.remaining }
        }
    }
}
