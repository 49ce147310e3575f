import DailyArchive
import Manifest
import Recordings

/// What a pass does first: brings the spool and the manifest to the same word, whatever moment the last process died at.
struct Recovery: Sendable {
    let context: PassContext

    /// - Returns: archives that had been sealed before the manifest could be told.
    func run() async throws -> [SealedDay] {
        var sealed: [SealedDay] = []
        let known = try await context.manifest.openArchives()
        context.disk.expectSealing(journalBytes: known.reduce(0) { $0 + $1.extent.journalBytes })
        for open in known {
            if let day = try await recover(open) { sealed.append(day) }
        }
        // An archive that the manifest never heard of holds nothing that was ever called stored.
        for name in Set(try context.root.openArchives()).subtracting(known.map(\.name)).sorted() {
            try await context.writer.discard(name)
            context.observer(.recovered(name, "removed from the spool: nothing in it had been stored"))
        }
        try await removeStaleParts()
        return sealed
    }

    /// What is left of a large recording that has come in since, or that nobody waits for any more. There are few parts,
    /// and may be any number of recordings.
    private func removeStaleParts() async throws {
        var stale = try context.root.parts()
        guard !stale.isEmpty else { return }
        for state in [RecordingState.pending, .failed] {
            let rows = context.manifest.entries(ListFilter(state: .recording(state)), at: context.standpoint)
            for try await case .recording(let row) in rows {
                stale.remove(context.root.partPath(for: row.key, organization: row.organization))
            }
        }
        for path in stale { try context.root.removePart(path) }
    }

    private func recover(_ open: OpenArchiveRow) async throws -> SealedDay? {
        switch try await context.writer.recover(open.name, known: ArchiveExtent(open.extent)) {
        case .equal, .absent:
            return nil
        case .ahead(let cutBack):
            context.observer(.recovered(open.name, "cut back by \(cutBack) bytes that had not been stored"))
            return nil
        case .behind(let extent, let whole, _):
            try await context.noteRecovered(open.name, extent: extent, whole: whole)
            return nil
        case .sealed(let archive):
            return try await context.noteSealed(archive)
        }
    }
}
