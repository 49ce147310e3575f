import DailyArchive
import Evidence
import Files
import Manifest
import Recordings

extension Rebuild {
    /// Where the manifest that is replaced disagrees with the archives, and what the evidence logs know that it does not.
    /// - Parameter isKept: whether that manifest is kept if it is sound. Otherwise the logs are read later, for the new one.
    func contradictions(
        of former: FormerManifest,
        _ draft: Manifest,
        _ elsewhere: ArchivesInVault?,
        isKept: Bool
    ) async throws -> Contradictions {
        var found = try await Contradictions.find(former, at: root.manifestPath, draft: draft, root: root)
        // A manifest that is not sound is replaced anyway.
        guard found.isEmpty, former.isSound, isKept else { return found }
        // It also has what is in the spool and what was explained, which the draft does not have yet.
        let kept = try? Manifest(of: root, mode: .readOnly)
        defer { try? kept?.close() }
        let ledgers = try await LogLedgers.read(root, keyFile: logs.setup.keyFile)
        ledgers.faults.forEach { found.add($0) }
        for (organization, ledger) in ledgers.all {
            let known = former.archives.map(\.name).filter { $0.organization == organization }
            let gone = try ledger.gone(organization, in: root, besides: Set(known))
                .filter { elsewhere?[$0.name] == nil }
            let losses = try await GoneArchive.losses(among: gone, of: organization, kept ?? draft, in: root)
            for (archive, loss) in losses { found.add(archive.fault(loss, in: root)) }
        }
        return found
    }

    /// Names the archives that an evidence log says were sealed, and that are neither on the disk nor in the vault, unless
    /// everything that they had is held elsewhere. The new manifest has them from then on, so that every command reports
    /// them as damaged, and no other archive gets their names.
    func findGone(
        _ organization: OrganizationName,
        _ ledger: LogLedger,
        in manifest: Manifest,
        _ elsewhere: ArchivesInVault?,
        _ summary: inout Summary,
        now: Timestamp
    ) async throws {
        let known = Set(try await manifest.sealedArchives(organization: organization).map(\.name))
        // Why an archive in the vault was not added is among the faults already.
        let gone = try ledger.gone(organization, in: root, besides: known).filter { elsewhere?[$0.name] == nil }
        guard !gone.isEmpty else { return }
        let contents = try await LoggedContents.read(Set(gone.map(\.name)), of: organization, in: root)
        for archive in gone {
            let loss = try await archive.loss(contents, manifest, in: root)
            if let loss {
                summary.faults.append(archive.fault(loss, in: root))
                summary.gone[archive.name] = archive.sealed.recordings
                summary.goneRecordings += loss.recordings
            }
            try await note(archive, loss, contents, in: manifest, now: now)
        }
    }

    /// Has the new manifest know an archive that is gone, unless the log does not say how long it was.
    private func note(
        _ archive: GoneArchive,
        _ loss: GoneArchive.Loss?,
        _ contents: LoggedContents,
        in manifest: Manifest,
        now: Timestamp
    ) async throws {
        let name = archive.name
        guard let byteCount = archive.sealed.byteCount, byteCount > 0 else { return }
        var successor: ArchiveName?
        if loss == nil {
            // Only if the next archive of its day would get its name.
            let day = try await manifest.sealedArchives(organization: name.organization, day: name.day).map(\.name)
            guard let last = day.max(), last < name else { return }
            let account = try await GoneArchive.account(name, contents, manifest, in: root)
            guard account.isSealed else { return }
            successor = account.successor ?? last
        }
        let row = ArchiveRow(
            name: name,
            byteCount: byteCount,
            digest: archive.sealed.digest,
            recordings: Int(clamping: archive.sealed.recordings),
            sealedTime: nil
        )
        // As `verify` words it, which then finds nothing new.
        let reason = "\(root.archivePath(name)) is missing"
        guard try await manifest.restoreGone(row, reason: reason, now: now), let successor else { return }
        try await manifest.noteSuperseded(name, by: successor, isAccounted: true)
    }

    /// Names the archives that were open in the spool, of which the log has recordings and nothing is left. The log says
    /// from then on that these have left the spool, as it does when a pass finds them gone.
    /// - Parameter isBare: whether the spool is that of another machine, so that nothing of it can be here.
    func findGoneFromSpool(
        _ organization: OrganizationName,
        _ ledger: LogLedger,
        in manifest: Manifest,
        _ summary: inout Summary,
        isBare: Bool,
        now: Timestamp
    ) async throws {
        let open = Set(try root.openArchives())
        let sealed = Set(try await manifest.sealedArchives(organization: organization).map(\.name))
        let names = ledger.archives.filter { $0.value.sealed == nil && $0.value.stored.count > 0 }.keys
            .compactMap { ArchiveName($0) }
            .filter { $0.organization == organization && !open.contains($0) && !sealed.contains($0) }
        var gone: [ArchiveName] = []
        for name in names.sorted() where try root.archives.byteCount(of: name) == nil { gone.append(name) }
        guard !gone.isEmpty else { return }
        let contents = try await LoggedContents.read(Set(gone), of: organization, in: root)
        var entries: [LogEntry] = []
        for name in gone {
            let logged = contents.recordings(of: name)
            let account = try await GoneArchive.account(name, contents, manifest, in: root)
            entries += logged.map { left($0, name, now: now) }
            guard !account.lost.isEmpty else { continue }
            let what = account.lost.count == 1 ? "1 recording was" : "\(account.lost.count) recordings were"
            let message =
                "\(what) stored in \(name) in the spool, as the evidence log says, and the spool has it no more; the "
                + "next pass over \(name.day) asks the provider for what is lost"
            if isBare {
                summary.remarks.append(message)
            } else {
                summary.faults.append(ArchiveFault(kind: .notTakenIn, archive: name.description, message: message))
            }
        }
        try await logs.run { [entries] logs throws(EvidenceError) in _ = try logs.append(entries) }
    }

    /// What the evidence logs have in the open archives of the spool, before these are adopted.
    func loggedInSpool() async throws -> [ArchiveName: [LoggedRecording]] {
        var logged: [ArchiveName: [LoggedRecording]] = [:]
        for (organization, names) in Dictionary(grouping: try root.openArchives(), by: \.organization) {
            guard LogFolder(organization, in: root.logsPath).exists else { continue }
            let contents = try await LoggedContents.read(Set(names), of: organization, in: root)
            for name in names { logged[name] = contents.recordings(of: name) }
        }
        return logged
    }

    /// Names the open archives of which a part is lost: recordings that the log had in them and that nothing holds now.
    func findLostFromSpool(
        _ logged: [ArchiveName: [LoggedRecording]],
        in manifest: Manifest,
        _ summary: inout Summary
    ) async throws {
        let skipped = Set(summary.faults.map(\.archive))
        for (name, recordings) in logged.sorted(by: { $0.key < $1.key }) where !skipped.contains(name.description) {
            let account = try await manifest.account(
                for: recordings,
                of: name,
                explainedSince: nil,
                altered: AlteredArchives(),
                isOpen: true
            )
            guard !account.lost.isEmpty else { continue }
            let what = account.lost.count == 1 ? "1 recording" : "\(account.lost.count) recordings"
            let message =
                "\(what) of \(name) in the spool, as the evidence log has it, cannot be read any more; the next pass over "
                + "\(name.day) asks the provider for what is lost"
            summary.faults.append(ArchiveFault(kind: .notTakenIn, archive: name.description, message: message))
        }
    }

    private func left(_ recording: LoggedRecording, _ name: ArchiveName, now: Timestamp) -> LogEntry {
        LogEntry(
            .damageFound,
            time: now,
            actor: actor ?? logs.actor,
            organization: name.organization,
            [
                .archive: .text(name.description), .path: .text(recording.path), .sha256: .digest(recording.digest),
                .detail: .text(LoggedArchive.leftSpool),
            ]
        )
    }
}
