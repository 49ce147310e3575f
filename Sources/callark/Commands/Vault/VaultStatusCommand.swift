import ArgumentParser
import Files
import Foundation
import Manifest
import Recordings
import Reports
import Settings
import Vault
import Wiring

struct VaultStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract:
            "Show what the vault has, what waits to be put there, whether its lock was proven, and who may write.",
        discussion: """
            All figures are the manifest's; the store is only asked who may write. `callark verify --remote` reads the \
            copies.

            EXAMPLES
              callark vault status
              callark vault status --json

            EXIT CODES
              0   everything that has to be in the vault is there
              69  the store gives no answer in three attempts; the figures are printed all the same
              75  archives are sealed and not yet in the vault
              77  the store refuses the credentials
              78  the lock is not real, another archive root is the writer, or somebody has deleted what names it
            """
    )

    @OptionGroup var common: CommonOptions

    @Option(help: "Only this organization.", transform: OrganizationName.init(argument:))
    var org: OrganizationName?

    func run() async throws {
        let installation = try Installation(common, needsSecrets: false)
        let organizations = try installation.organizations(named: org.map { [$0] } ?? [])
        let vault = try VaultCommand.openBriefly(in: installation)
        let output = Output(json: common.json)
        defer { output.flush() }
        let (zone, now) = (installation.timeZone, installation.now)
        let check = try vault.lastLockCheck()
        output.text(vault.place)
        output.text("  \(VaultWords.lastCheck(check, of: vault.lock, now: now, in: zone))")
        var statuses: [ExitStatus] = []
        if let check, !check.proves(check.lock) { statuses.append(.configuration) }
        var summary = Summary(place: vault.place, lock: vault.lock, check: check)
        do throws(VaultError) {
            let standing = try await vault.writerStanding()
            summary.note(standing, root: try identity(installation))
            for line in Self.text(of: standing, isWriter: summary.isWriter, in: zone) { output.text("  \(line)") }
            if summary.isWriter == false { statuses.append(.configuration) }
        } catch {
            summary.error = error.message
            statuses.append(ExitStatus(error as any Error))
            Diagnostics.error(error)
        }
        let manifest = try await installation.manifestForReading()
        for organization in organizations {
            let figures = try await manifest?.vaultFigures(organization: organization) ?? VaultFigures()
            let costs = try await costs(of: organization, manifest, vault, installation)
            try output.json(OrganizationLine(organization, figures, costs))
            for line in Self.text(organization, figures, costs, in: zone) { output.text(line) }
            summary.waiting += figures.waiting.archives
            if figures.waiting.archives > 0 { statuses.append(.incomplete) }
        }
        try output.json(summary)
        if !statuses.isEmpty { throw ExitCode(ExitStatus.worst(statuses).rawValue) }
    }

    private func identity(_ installation: Installation) throws(VaultError) -> String {
        do throws(ArchiveError) {
            return try installation.root.identity().id.description
        } catch {
            throw VaultError(error)
        }
    }

    /// What stores bill.
    private struct Costs {
        /// What is in the vault, until the locks end.
        var held = VaultForecast()
        /// Putting there what is not.
        var toCome = VaultForecast()
    }

    private func costs(
        of organization: OrganizationName,
        _ manifest: Manifest?,
        _ vault: StoreVault,
        _ installation: Installation
    ) async throws -> Costs {
        let (now, readsBack) = (installation.now, installation.settings.vault?.readBack == .whole)
        var costs = Costs()
        for row in try await manifest?.sealedArchives(organization: organization) ?? [] {
            if let copy = row.vault?.confirmed {
                costs.held.add(byteCount: copy.byteCount, readsBack: false, retainedUntil: copy.retainedUntil, now: now)
            } else {
                let end = vault.lockEnd(of: row.name)
                costs.toCome.add(byteCount: row.byteCount, readsBack: readsBack, retainedUntil: end, now: now)
            }
        }
        return costs
    }

    private static func text(of standing: WriterStanding, isWriter: Bool?, in zone: TimeZone) -> [String] {
        switch standing {
        case .unclaimed: return ["writer: none yet; the first pass makes this root the writer"]
        case .lost:
            return [
                "writer: UNKNOWN: the vault has archives, and somebody has deleted \(VaultLayout.writer)",
                "  find out who; then run `callark vault take-over` on the machine that writes",
            ]
        case .named(let record, let isDeleted):
            let since = "epoch \(record.epoch), since \(record.takenTime.text(in: zone))"
            let own = "writer: this archive root, \(since)"
            let other = "writer: another archive root, \(record.root), \(since); this one may only read"
            let line = isWriter == true ? own : other
            guard isDeleted else { return [line] }
            return [line, "  somebody has deleted \(VaultLayout.writer); an older version of it says so"]
        }
    }

    private static func text(
        _ organization: OrganizationName,
        _ figures: VaultFigures,
        _ costs: Costs,
        in zone: TimeZone
    ) -> [String] {
        func sum(_ sum: VaultFigures.Sum) -> String {
            "\(Readable.count(sum.archives, "archive")), \(Readable.bytes(sum.bytes))"
        }
        var lines = ["\(organization): \(sum(figures.confirmed)) in the vault"]
        if figures.evicted.archives > 0 { lines.append("  no longer on this disk: \(sum(figures.evicted))") }
        if figures.waiting.archives > 0 {
            let since = figures.waitingSince.map { ", since \($0.text(in: zone))" } ?? ""
            lines.append("  waiting to be put: \(sum(figures.waiting))\(since)")
        }
        if figures.offered.archives > 0 { lines.append("  older, being put: \(sum(figures.offered))") }
        if figures.diskOnly.archives > 0 {
            lines.append("  on this disk only: \(sum(figures.diskOnly)); `callark vault push` puts them")
        }
        if let failure = figures.failure {
            let when = figures.failedTime.map { " (\($0.text(in: zone)))" } ?? ""
            lines.append("  last failure\(when): \(failure)")
        }
        let months = costs.held.gigabyteMonths
        if months > 0 { lines.append("  storage still to pay: \(VaultWords.gigabyteMonths(months))") }
        let next = costs.toCome
        if next.archives > 0 {
            lines.append(
                "  putting the rest there: \(next.putRequests) requests that put, \(next.readRequests) that read, "
                    + VaultWords.gigabyteMonths(next.gigabyteMonths)
            )
        }
        return lines
    }

    private struct OrganizationLine: Encodable {
        let type = "vault"
        var organization: OrganizationName
        var archives: Int
        var bytes: Int64
        var evicted: Int
        var evictedBytes: Int64
        var waiting: Int
        var waitingBytes: Int64
        var waitingSince: String?
        var offered: Int
        var diskOnly: Int
        var diskOnlyBytes: Int64
        var failure: String?
        var gigabyteMonths: Double
        /// What putting the rest there takes.
        var putRequests: Int
        var readRequests: Int
        var gigabyteMonthsToCome: Double

        init(_ organization: OrganizationName, _ figures: VaultFigures, _ costs: Costs) {
            self.organization = organization
            (archives, bytes) = (figures.confirmed.archives, figures.confirmed.bytes)
            (evicted, evictedBytes) = (figures.evicted.archives, figures.evicted.bytes)
            (waiting, waitingBytes) = (figures.waiting.archives, figures.waiting.bytes)
            waitingSince = figures.waitingSince?.description
            offered = figures.offered.archives
            (diskOnly, diskOnlyBytes) = (figures.diskOnly.archives, figures.diskOnly.bytes)
            failure = figures.failure
            gigabyteMonths = (costs.held.gigabyteMonths * 1000).rounded() / 1000
            (putRequests, readRequests) = (costs.toCome.putRequests, costs.toCome.readRequests)
            gigabyteMonthsToCome = (costs.toCome.gigabyteMonths * 1000).rounded() / 1000
        }

        enum CodingKeys: String, CodingKey {
            case type, organization, archives, bytes, evicted, waiting, offered, failure
            case evictedBytes = "evicted_bytes"
            case waitingBytes = "waiting_bytes"
            case waitingSince = "waiting_since"
            case diskOnly = "disk_only"
            case diskOnlyBytes = "disk_only_bytes"
            case gigabyteMonths = "gigabyte_months"
            case putRequests = "put_requests"
            case readRequests = "read_requests"
            case gigabyteMonthsToCome = "gigabyte_months_to_come"
        }
    }

    private struct Summary: Encodable {
        let type = "summary"
        var place: String
        var lock: String
        /// Whether the lock was tried and held; absent if it was never tried, and without a lock.
        var proven: Bool?
        var checkedTime: String?
        var writer: String?
        var epoch: Int?
        /// Whether this archive root is the writer.
        var isWriter: Bool?
        /// Whether somebody has deleted what names the writer; absent if nobody has.
        var writerDeleted: Bool?
        /// How many archives are sealed and not yet in the vault.
        var waiting = 0
        /// Why the store could not be asked.
        var error: String?

        init(place: String, lock: VaultLock, check: VaultLockCheck?) {
            self.place = place
            self.lock = lock.rawValue
            proven = lock == .none ? nil : check?.proves(lock)
            checkedTime = check?.time.description
        }

        mutating func note(_ standing: WriterStanding, root: String) {
            switch standing {
            case .unclaimed: return
            // No root may write until one takes over.
            case .lost: (isWriter, writerDeleted) = (false, true)
            case .named(let record, let isDeleted):
                (writer, epoch, isWriter) = (record.root, record.epoch, record.root == root)
                if isDeleted { writerDeleted = true }
            }
        }

        enum CodingKeys: String, CodingKey {
            case type, place, lock, proven, writer, epoch, waiting, error
            case checkedTime = "checked_time"
            case isWriter = "is_writer"
            case writerDeleted = "writer_deleted"
        }
    }
}

extension VaultWords {
    /// `12.3 GB-months`
    static func gigabyteMonths(_ value: Double) -> String {
        let tenths = Int64((value * 10).rounded())
        guard tenths > 0 || value == 0 else { return "less than 0.1 GB-months" }
        return "\(tenths / 10).\(tenths % 10) GB-months"
    }
}
