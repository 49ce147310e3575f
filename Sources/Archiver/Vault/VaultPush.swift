import Evidence
import Files
import Foundation
import Manifest
import Recordings

/// Puts archives into the vault that were sealed before there was one, the newest day first, because a person is more
/// likely to ask for it.
///
/// It holds the lock for some archives at a time, and steps aside for any pass. What the vault has is noted at once, so the
/// next run resumes where a stopped one ended.
package struct VaultPush: Sendable {
    private let setup: CallArchive.Setup
    private let vault: any ArchiveVault
    private let stop: StopRequest
    private let observer: PassObserver
    private let now: @Sendable () -> Timestamp
    private let startedTime: Timestamp

    /// The outcome for one organization.
    package struct Result: Sendable {
        package var organization: OrganizationName
        package var finding = VaultFinding()
        /// How many archives are still not in the vault.
        package var remaining = 0

        init(_ organization: OrganizationName) { self.organization = organization }
    }

    /// How many archives are put before others may have a turn.
    private static let batch = 16

    package init(
        _ setup: CallArchive.Setup,
        into vault: any ArchiveVault,
        stop: StopRequest,
        observer: @escaping PassObserver,
        now: @escaping @Sendable () -> Timestamp = { Timestamp(Date()) }
    ) {
        self.setup = setup
        self.vault = vault
        self.stop = stop
        self.observer = observer
        self.now = now
        startedTime = now()
    }

    /// The archives of an organization that are on the disk and not in the vault, the newest day first.
    package static func waiting(
        _ organization: OrganizationName,
        in manifest: Manifest,
        _ root: ArchiveRoot
    ) async throws -> [ArchiveRow] {
        try await manifest.sealedArchives(organization: organization)
            .filter { try $0.vault?.confirmed == nil && root.archives.byteCount(of: $0.name) != nil }
            .sorted { ($0.name.day, $1.name.sequence) > ($1.name.day, $0.name.sequence) }
    }

    /// Puts everything, until it is done, a stop is requested, or the vault fails.
    /// - Parameter done: called after each batch with how many archives remain.
    /// - Throws: errors of opening the archive; `ManifestError`.
    package func run(_ names: [OrganizationName], _ done: (Result) throws -> Void) async throws -> [Result] {
        var results: [Result] = []
        for name in names where !stop.isMade {
            var result = Result(name)
            var tried: Set<ArchiveName> = []
            while !stop.isMade, try await step(name, &tried, &result) {
                try done(result)
                if result.finding.isBlocked { break }
            }
            results.append(result)
        }
        return results
    }

    /// - Returns: whether there is more to do.
    private func step(
        _ name: OrganizationName,
        _ tried: inout Set<ArchiveName>,
        _ result: inout Result
    ) async throws -> Bool {
        let (former, before) = (tried, result)
        let outcome: (Set<ArchiveName>, Result, Bool)
        do {
            outcome = try await CallArchive.withOpen(
                setup,
                precedence: .backfill,
                stop: stop,
                observer: observer,
                now: now,
                startedTime: startedTime
            ) { archive in
                var (tried, result) = (former, before)
                let goesOn = try await step(name, &tried, &result, in: archive.context)
                return (tried, result, goesOn)
            }
        } catch let error as ArchiverError where error.code == .stopped {
            return false
        }
        (tried, result) = (outcome.0, outcome.1)
        return outcome.2
    }

    private func step(
        _ name: OrganizationName,
        _ tried: inout Set<ArchiveName>,
        _ result: inout Result,
        in context: PassContext
    ) async throws -> Bool {
        let all = try await Self.waiting(name, in: context.manifest, context.root)
        let rows = Array(all.filter { !tried.contains($0.name) }.prefix(Self.batch))
        result.remaining = all.count
        guard let first = rows.first else {
            if !result.finding.placed.isEmpty { try await keepRecords(context, &result) }
            return false
        }
        let step = VaultStep(organization: name, vault: vault, rules: context.rules.vault, context: context)
        try await context.manifest.demandVault(rows.map(\.name), isRequired: false)
        guard try await step.isWriter(first.name, &result.finding) else { return true }
        let placed = result.finding.placed.count
        let wentThrough = try await step.put(rows, &result.finding)
        let isPlaced = Set(result.finding.placed.dropFirst(placed))
        // What was not begun, because a pass wants its turn, is tried again after it.
        if wentThrough { tried.formUnion(rows.map(\.name).filter { !isPlaced.contains($0) }) }
        result.remaining = all.count - isPlaced.count
        return true
    }

    private func keepRecords(_ context: PassContext, _ result: inout Result) async throws {
        do {
            try await context.evidence.publish()
            try await context.stop.cancelling { [manifest = context.manifest, vault] in
                try await vault.keepRecords { try manifest.copy(to: $0) }
            }
        } catch {
            result.finding.fail(error)
        }
    }
}
