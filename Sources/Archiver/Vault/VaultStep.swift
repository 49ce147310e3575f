import Evidence
import Files
import Manifest
import Recordings

/// The step of a pass that puts sealed archives into the vault, oldest first, and then removes from the disk what need
/// not stay there. A failure is a finding: what waits is `stored` until a later pass has put it.
///
/// For each archive, the vault confirms bytes and lock, the evidence log gets an entry, and only then the manifest says
/// that it is archived. A crash in between costs at most that the vault looks for the copy again.
struct VaultStep: Sendable {
    let organization: OrganizationName
    let vault: any ArchiveVault
    let rules: VaultRules
    let context: PassContext
    /// Why the vault is not used: it has just failed for another organization.
    var end: VaultError?

    /// How many rows are read at once.
    private static let batch = 16

    /// - Throws: nothing; what fails is in the finding.
    func run() async -> VaultFinding {
        var finding = VaultFinding()
        do {
            try await putAll(&finding)
            if end == nil, finding.end == nil { try await lockAll(&finding) }
        } catch {
            finding.fail(error)
        }
        guard end == nil, finding.end == nil else { return finding }
        do {
            let eviction = Eviction(organization: organization, vault: vault, rules: rules, context: context)
            try await eviction.run(&finding)
        } catch {
            finding.fail(error)
        }
        return finding
    }

    private func putAll(_ finding: inout VaultFinding) async throws {
        try await context.manifest.releaseSuperseded(organization: organization)
        var last: ArchiveName?
        while true {
            let batch = try await context.manifest.archivesToVault(
                organization: organization,
                after: last,
                limit: Self.batch
            )
            guard let end = batch.last else { return }
            context.observer(.step(organization, .vaulting))
            if last == nil, !(try await isWriter(batch[0].name, &finding)) { return }
            guard try await put(batch, &finding) else { return }
            last = end.name
        }
    }

    /// Whether this root may write to the vault, and the vault's lock was shown to be real.
    func isWriter(_ first: ArchiveName, _ finding: inout VaultFinding) async throws -> Bool {
        do throws(VaultError) {
            if let end { throw end }
            try await vault.confirmWriter()
            try await vault.requireLock()
            return true
        } catch {
            finding.block(error)
            try await context.manifest.noteVaultFailure(first, error.message, now: context.now())
            return false
        }
    }

    /// Puts some archives, a few at once.
    /// - Returns: whether to continue with more archives.
    func put(_ rows: [ArchiveRow], _ finding: inout VaultFinding) async throws -> Bool {
        var waiting = rows[...]
        var goesOn = true
        try await withThrowingTaskGroup(of: (ArchiveRow, Result<VaultedArchive, VaultError>).self) { group in
            func begin() {
                guard goesOn, !context.stop.isMade, !context.isWanted(), let row = waiting.popFirst() else { return }
                group.addTask { (row, await put(row)) }
            }
            for _ in 0..<max(rules.puts, 1) { begin() }
            while let (row, result) = try await group.next() {
                do throws(VaultError) {
                    let copy = try result.get()
                    // If the epoch is the same, no other root was the writer since the put, not even for a while.
                    guard try await vault.confirmWriter() == copy.epoch else { throw wasReplaced(row.name) }
                    try await note(row, copy, &finding)
                } catch {
                    finding.fail(error)
                    if error.isOfVault { goesOn = false }
                    if error.code != .cancelled {
                        try await context.manifest.noteVaultFailure(row.name, error.message, now: context.now())
                    }
                }
                begin()
            }
        }
        return goesOn && waiting.isEmpty
    }

    /// The error if another root was the writer meanwhile: an archive that was put under an earlier epoch may not
    /// count.
    private func wasReplaced(_ name: ArchiveName) -> VaultError {
        VaultError(
            .notWriter,
            "another archive root was the writer of \(vault.place) while \(name) was put there: the next pass puts it again"
        )
    }

    private func put(_ row: ArchiveRow) async -> Result<VaultedArchive, VaultError> {
        let archive = ArchiveToVault(
            name: row.name,
            path: context.root.archivePath(row.name),
            digest: row.digest,
            byteCount: row.byteCount,
            metadataOffset: row.metadataOffset,
            damagedVersions: row.vault?.damagedVersions ?? []
        )
        do {
            return try await context.stop.cancelling { [vault] in
                do throws(VaultError) {
                    return .success(try await vault.put(archive))
                } catch {
                    return .failure(error)
                }
            }
        } catch {
            return .failure(VaultError(.cancelled, "stopped while \(row.name) was put into \(vault.place)"))
        }
    }

    /// Locks the copies that have no lock: they were put while none was configured, or have lost theirs.
    private func lockAll(_ finding: inout VaultFinding) async throws {
        guard vault.lock != .none else { return }
        let rows = try await context.manifest.unlockedCopies(organization: organization)
            .filter { vault.lockEnd(of: $0.name) != nil }
        guard let first = rows.first, try await isWriter(first.name, &finding) else { return }
        for row in rows where !context.stop.isMade && !context.isWanted() {
            do throws(VaultError) {
                try await CopyLocking(vault: vault, context: context).run(row, &finding)
            } catch {
                finding.fail(error)
                if error.isOfVault { return }
            }
        }
    }

    /// Records that the vault has an archive: first in the evidence log, then in the manifest.
    private func note(
        _ row: ArchiveRow,
        _ copy: VaultedArchive,
        _ finding: inout VaultFinding
    ) async throws(VaultError) {
        do {
            try await context.evidence.run { [place = vault.place] logs throws(EvidenceError) in
                try logs.notePlaced(row.name, copy, in: place)
            }
            try await context.manifest.noteVaulted(row.name, copy, now: context.now())
        } catch {
            throw VaultError(.local, "\(row.name) is in the vault, but that could not be noted: \(error)")
        }
        finding.placed.append(row.name)
        finding.placedBytes += row.byteCount
        context.observer(.placed(row.name, bytes: row.byteCount))
    }
}

extension EvidenceLogs {
    /// Logs that the vault has an archive, before the manifest says so.
    func notePlaced(_ name: ArchiveName, _ copy: VaultedArchive, in place: String) throws(EvidenceError) {
        var values: [LogKeyword: LogValue] = [
            .archive: .text(name.description), .store: .text(place), .key: .text(name.relativePath),
        ]
        values[.version] = copy.tarVersion.map { .text($0) }
        values[.retainUntil] = copy.retainedUntil.map { .number($0.millisecondsSince1970) }
        try append([LogEntry(.archivePlaced, time: now(), actor: actor, organization: name.organization, values)])
    }
}
