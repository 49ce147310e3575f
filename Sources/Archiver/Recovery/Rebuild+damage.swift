import DailyArchive
import Evidence
import Manifest
import Recordings

extension Rebuild {
    /// Puts the damage that was found into the evidence logs and among the events, unless it is what a log already has.
    /// - Parameters:
    ///   - faults: everything that was found.
    ///   - gone: the archives that are nowhere, with the number of recordings that each had.
    ///   - ledgers: what the log of each organization says.
    func noteDamage(
        _ faults: [ArchiveFault],
        _ gone: [ArchiveName: Int64],
        _ ledgers: [OrganizationName: LogLedger],
        in manifest: Manifest,
        now: Timestamp
    ) async throws {
        var events: [Event] = []
        var entries: [LogEntry] = []
        let found = Dictionary(grouping: faults.filter(\.isOfContent)) { $0.archive }
        for (text, faults) in found.sorted(by: { $0.key < $1.key }) {
            guard let name = ArchiveName(text), let ledger = ledgers[name.organization] else { continue }
            let damaged = gone[name] ?? Int64(Set(faults.filter(\.isOfRecording).compactMap(\.offset)).count)
            guard ledger.archives[text]?.damaged != damaged else { continue }
            var detail = ["archive": text, "fault": faults[0].message]
            var values: [LogKeyword: LogValue] = [.archive: .text(text), .detail: .text("archive")]
            if damaged > 0 {
                detail["recordings"] = String(damaged)
                values[.recordings] = .number(damaged)
                values[.detail] = .text("recordings")
            }
            let by = actor ?? logs.actor
            entries.append(LogEntry(.damageFound, time: now, actor: by, organization: name.organization, values))
            // What contradicts the log is among the events already.
            guard !faults.contains(where: { $0.kind == .evidence }) else { continue }
            events.append(
                Event(time: now, kind: .damageFound, organization: name.organization, detail: detail, by: by)
            )
        }
        guard !entries.isEmpty else { return }
        try await logs.run { [entries] logs throws(EvidenceError) in _ = try logs.append(entries) }
        try await manifest.replay(events)
    }
}

extension ArchiveFault {
    /// Whether bytes of the archive are not what was sealed, or not there.
    fileprivate var isOfContent: Bool {
        switch kind {
        case .archiveWritable, .sideFile, .manifest, .manifestDamaged, .journal, .notAnArchive: false
        default: isStanding
        }
    }
}
