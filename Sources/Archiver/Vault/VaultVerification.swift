import DailyArchive
import Files
import Manifest
import Recordings

/// Reads copies in the vault back whole, and looks at their locks and side files. That costs requests and bytes, so it says
/// first how many.
///
/// A copy that does not hold is noted: the next pass puts the archive there again. If it is the only one, the archive is
/// damaged from then on.
package struct VaultVerification: Sendable {
    private let vault: any ArchiveVault
    private let manifest: Manifest
    private let now: @Sendable () -> Timestamp

    /// What a reading would cost.
    package struct Cost: Hashable, Sendable {
        package var archives = 0
        /// Of the archives and their side files, and the questions about their locks.
        package var requests = 0
        /// What the store sends.
        package var bytes: Int64 = 0
    }

    /// For each archive: its bytes, its state and lock, and its side file.
    private static let requestsPerArchive = 3
    /// How many are read at once.
    private static let readers = 4

    /// - Parameter now: the time of day, for what is noted.
    package init(
        _ vault: any ArchiveVault,
        manifest: Manifest,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.vault = vault
        self.manifest = manifest
        self.now = now
    }

    /// The copies to read: all in the scope, or of a share those that were read longest ago.
    package func archives(in scope: VerificationRun.Scope) async throws -> [ArchiveRow] {
        let known = try await manifest.sealedArchives(organization: scope.organization, day: scope.day)
            .filter { $0.vault?.confirmed != nil }
        guard let share = scope.share else { return known }
        var rest = share.bytes(of: known.reduce(0) { $0 + $1.byteCount })
        var chosen: [ArchiveRow] = []
        for row in known.sorted(by: Self.isReadEarlier) where rest > 0 {
            rest -= row.byteCount
            chosen.append(row)
        }
        return chosen
    }

    private static func isReadEarlier(_ lhs: ArchiveRow, _ rhs: ArchiveRow) -> Bool {
        func time(_ row: ArchiveRow) -> Int64 { row.vault?.readTime?.millisecondsSince1970 ?? .min }
        return (time(lhs), lhs.name) < (time(rhs), rhs.name)
    }

    /// What reading these costs.
    package func cost(of rows: [ArchiveRow]) -> Cost {
        Cost(
            archives: rows.count,
            requests: rows.count * Self.requestsPerArchive,
            bytes: rows.reduce(0) { $0 + $1.byteCount }
        )
    }

    /// What reading a copy showed.
    private enum Reading: Sendable {
        /// `nil` if the vault has no copy.
        case found(VaultInspection?)
        /// The vault itself says that it is damaged.
        case damaged(String)
        /// Its bytes changed on the way, which says nothing about the copy.
        case unread(VaultError)
    }

    /// Reads these copies, a few at once, and notes what was found.
    /// - Parameter report: called with each when it is done, one at a time, in the order of `rows`.
    /// - Throws: `VaultError` if the vault gives no answer, or, when all others are read, if a copy could not be read;
    ///   `ManifestError`; errors of `report`.
    package func run(
        _ rows: [ArchiveRow],
        report: (VerificationReport) async throws -> Void
    ) async throws -> VerificationRun.Summary {
        var summary = VerificationRun.Summary()
        var failure: VaultError?
        var waiting = rows.enumerated().makeIterator()
        try await withThrowingTaskGroup(of: (Int, Reading).self) { group in
            func begin() {
                guard let (place, row) = waiting.next(), let copy = row.vault?.confirmed else { return }
                group.addTask { [vault] in (place, try await Self.read(row.name, copy, in: vault)) }
            }
            for _ in 0..<Self.readers { begin() }
            var done: [Int: Reading] = [:]
            var reported = 0
            while let (place, found) = try await group.next() {
                done[place] = found
                while let next = done.removeValue(forKey: reported) {
                    if case .unread(let error) = next {
                        failure = failure ?? error
                    } else {
                        let outcome = try await note(rows[reported], next)
                        summary.archives += 1
                        summary.add(outcome)
                        try await report(outcome)
                    }
                    reported += 1
                }
                begin()
            }
        }
        if let failure { throw failure }
        return summary
    }

    private static func read(
        _ name: ArchiveName,
        _ copy: VaultedArchive,
        in vault: any ArchiveVault
    ) async throws(VaultError) -> Reading {
        do throws(VaultError) {
            return .found(try await vault.inspect(name, copy))
        } catch {
            switch error.code {
            case .damaged: return .damaged(error.message)
            case .disturbed: return .unread(error)
            default: throw error
            }
        }
    }

    private func note(_ row: ArchiveRow, _ reading: Reading) async throws -> VerificationReport {
        var found: VaultInspection?
        if case .found(let inspection) = reading { found = inspection }
        var report = VerificationReport(path: "\(vault.place)/\(row.name.relativePath)")
        report.name = row.name
        report.recordingCount = row.recordings
        report.byteCount = found?.byteCount ?? 0
        report.digest = found?.digest
        report.faults = faults(row, found)
        if case .damaged(let message) = reading {
            report.faults = [ArchiveFault(kind: .vaultCopy, archive: row.name.description, message: message)]
        }
        let reason = report.faults.first?.message
        let isDamaged = report.faults.contains { $0.kind == .vaultCopy }
        let isOnDisk = row.vault?.evictedTime == nil
        if let reason, isDamaged || isOnDisk {
            try await manifest.noteVaultDamage(row.name, reason, isDamaged: isDamaged, now: now())
        } else if let fault = report.faults.first(where: { $0.kind == .vaultLock }) {
            try await manifest.noteVaultUnlocked(row.name, fault.message, now: now())
        } else if reason == nil {
            try await manifest.noteVaultRead(row.name, now: now())
            if !isOnDisk {
                let finding = ReadingFinding(faults: 0, ownFaults: 0, byteCount: row.byteCount, isWhole: true)
                try await manifest.noteRead(row.name, finding, now: now())
            }
        }
        return report
    }

    private func faults(_ row: ArchiveRow, _ found: VaultInspection?) -> [ArchiveFault] {
        func fault(_ kind: ArchiveFault.Kind, _ message: String) -> ArchiveFault {
            ArchiveFault(kind: kind, archive: row.name.description, message: message)
        }
        guard let found else { return [fault(.vaultCopy, "the vault has no copy of \(row.name) any more")] }
        guard found.digest == row.digest, found.byteCount == row.byteCount else {
            return [
                fault(
                    .vaultCopy,
                    "the copy of \(row.name) in the vault has \(found.byteCount) bytes with SHA-256 \(found.digest); it was "
                        + "sealed with \(row.byteCount) and \(row.digest)"
                )
            ]
        }
        var faults: [ArchiveFault] = []
        // One that was never locked has to be like one that is put now.
        let promised = row.vault?.confirmed?.retainedUntil
        if let end = promised ?? vault.lockEnd(of: row.name), found.retainedUntil.map({ $0 < end }) ?? true {
            let now = found.retainedUntil.map { "only until \($0)" } ?? "not at all"
            let wanted = promised == nil ? "has to be" : "was"
            faults.append(fault(.vaultLock, "the copy of \(row.name) is locked \(now), and \(wanted) until \(end)"))
        }
        if found.recordedDigest != row.digest {
            faults.append(fault(.sideFile, "the checksum file of \(row.name) in the vault is missing or wrong"))
        }
        return faults
    }
}
