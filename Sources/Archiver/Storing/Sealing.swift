import DailyArchive
import Evidence
import Files
import Manifest
import Recordings

/// The last step of a pass that writes archives: seals those of days that are over, and closes the days that can be
/// closed (``ClosableDays``). With a vault, an archive of a day under way can be sealed earlier; the rest of its day
/// goes into the next ones.
struct Sealing: Sendable {
    let organization: OrganizationName
    /// What the pass has listed; `nil` if it listed nothing.
    let listed: Range<Timestamp>?
    let context: PassContext
    /// Only these days; `nil` for all that are over.
    var only: Set<ArchiveDay>?
    /// Days that get another archive, with the lines of their tasks, even if no recording waits for one.
    var renewing: Set<ArchiveDay> = []

    /// What was sealed, oldest day first, and the first damage found.
    struct Outcome: Sendable {
        var sealed: [SealedArchiveSummary] = []
        var damage: ArchiveError?
    }

    /// Seals every open archive of a past day that holds a recording, and closes every day that can be closed: by a
    /// record in the archive that is sealed anyway, else in a metadata-only supplement. A day without a single task is
    /// closed in the manifest alone. Damage to one day does not keep the others open.
    func run() async throws -> Outcome {
        let outcome = try await sealAndClose()
        try await context.manifest.noteReopened(organization, now: context.now())
        try await context.evidence.publish()
        return outcome
    }

    private func sealAndClose() async throws -> Outcome {
        let today = context.rules.day(of: context.now())
        let filled = Set(try await context.manifest.daysToSeal(organization: organization, before: today))
            .union(renewing.filter { $0 < today })
            .union(try await partsToSeal(from: today))
            .subtracting(try await daysLeftToBackfill())
        let closing = ClosableDays(organization: organization, listed: listed, context: context)
        let closable = Set(try await closing.days(before: today))
        var outcome = Outcome()
        for day in filled.union(closable).sorted() where only?.contains(day) ?? true {
            if context.stop.isMade { throw context.stop.error("before sealing \(day)") }
            do {
                let draft = closable.contains(day) ? try await draft(day) : nil
                if filled.contains(day) {
                    outcome.sealed.append(try await seal(day, closing: draft))
                } else if let draft, draft.hasChanged, !draft.record.isSilent {
                    outcome.sealed.append(try await seal(day, closing: draft))
                } else if let draft {
                    try await context.manifest.noteClosed(draft, now: context.now())
                }
            } catch {
                guard let error = error as? ArchiveError, error.code == .damaged else { throw error }
                outcome.damage = outcome.damage ?? error
            }
        }
        return outcome
    }

    /// The days under way of which an archive is sealed now, so that its bytes leave the machine.
    private func partsToSeal(from today: ArchiveDay) async throws -> Set<ArchiveDay> {
        let rules = context.rules.vault
        guard context.vault != nil, rules.sealsParts else { return [] }
        let now = context.now()
        let open = try await context.manifest.archivesUnderWay(organization: organization, from: today)
        let due = open.filter { rules.seals(byteCount: $0.byteCount, firstReceived: $0.firstReceived, now: now) }
        return Set(due.map(\.day))
    }

    /// The days that a backfill has begun and will resume after this pass. Sealing one now would need a supplement for
    /// the rest of its recordings.
    private func daysLeftToBackfill() async throws -> Set<ArchiveDay> {
        guard try PassLock.holder(of: context.root, for: .backfill) != nil else { return [] }
        let outlook = try await context.manifest.closingOutlook(organization)
        let zone = context.rules.timeZone
        let open = try await context.manifest.openArchives().map(\.name).filter { $0.organization == organization }
        return Set(open.map(\.day)).filter { day in
            let isOwn = listed?.overlaps(day.interval(in: zone)) ?? false
            return !isOwn && !outlook.hasListed(day, in: zone)
        }
    }

    private func draft(_ day: ArchiveDay) async throws -> DayCloseDraft? {
        try await context.manifest.draftDayClose(
            organization,
            day: day,
            at: try await context.standpoint(of: organization, days: day...day)
        )
    }

    private func seal(_ day: ArchiveDay, closing draft: DayCloseDraft?) async throws -> SealedArchiveSummary {
        let name = try await context.openArchive(for: organization, day: day)
        do {
            return try await seal(name, closing: draft)
        } catch let error as ArchiveError where error.code == .damaged {
            // If the disk did not return what was written, the damaged recordings are pending again. If none is
            // damaged, the archive has been rewritten from them.
            guard try await context.recoverDamaged(name) == 0 else { throw error }
            return try await seal(name, closing: draft)
        }
    }

    private func seal(_ name: ArchiveName, closing draft: DayCloseDraft?) async throws -> SealedArchiveSummary {
        let tasks = try await context.manifest.tasksToSeal(organization: name.organization, day: name.day)
        let fresh = await context.writer.drawSalt()
        let salt = try await context.manifest.salt(of: name, orKeep: fresh)
        let archive = try await context.writer.seal(
            name,
            tasks: tasks,
            dayClose: draft?.record,
            salt: salt,
            announce: context.evidence.noteSealed
        )
        return try await context.noteSealed(archive, decidedAt: draft?.mark, isLogged: true)
    }
}

extension PassContext {
    /// Reads an open archive back, keeps what is intact, and updates the manifest.
    /// - Returns: how many recordings are no longer intact.
    @discardableResult
    func recoverDamaged(_ name: ArchiveName) async throws -> Int {
        guard let open = try await manifest.openArchives().first(where: { $0.name == name }) else { return 0 }
        let known = ArchiveExtent(open.extent)
        guard case .behind(let extent, let whole, _) = try await writer.recover(name, known: known, rereading: true)
        else {
            // Whatever the last reading found damaged is intact again.
            try await manifest.noteRead(name, ReadingFinding(), now: now())
            return 0
        }
        return try await noteRecovered(name, extent: extent, whole: whole)
    }

    /// Records in the evidence log and the manifest what an open archive still holds, and reports to the observer what
    /// it lost.
    /// - Returns: how many recordings it lost.
    @discardableResult
    func noteRecovered(_ name: ArchiveName, extent: ArchiveExtent, whole: [RecordingEntry]) async throws -> Int {
        _ = try await evidence.run { logs throws(EvidenceError) in
            try logs.agree(name, with: whole, lost: .damageFound)
        }
        let lost = try await manifest.noteRecovered(name, extent: ArchiveExtentRow(extent), whole: whole, now: now())
        let what =
            switch lost.count {
            case 0: "made again in the spool: it was damaged, and every recording in it is whole"
            case 1: "1 recording is no longer whole in the spool and is fetched again"
            default: "\(lost.count) recordings are no longer whole in the spool and are fetched again"
            }
        observer(.recovered(name, what))
        return lost.count
    }

    /// Records in the manifest that an archive is in its final place.
    /// - Parameters:
    ///   - mark: when it was decided that the archive closes its day; `nil` if it does not or if that is unknown.
    ///   - isLogged: whether the evidence log has the archive.
    func noteSealed(
        _ archive: SealedArchive,
        decidedAt mark: ClosingMark? = nil,
        isLogged: Bool = false
    ) async throws -> SealedArchiveSummary {
        try await manifest.noteSealed(
            archive.name,
            byteCount: archive.byteCount,
            digest: archive.digest,
            recordings: archive.recordingCount,
            metadataOffset: archive.metadataOffset,
            dayClose: archive.dayClose,
            decidedAt: mark,
            isLogged: isLogged,
            needsVault: vault != nil,
            now: now()
        )
        let day = SealedArchiveSummary(
            name: archive.name,
            path: root.archivePath(archive.name),
            recordings: archive.recordingCount,
            bytes: archive.byteCount,
            digest: archive.digest
        )
        observer(.sealed(day))
        return day
    }
}
