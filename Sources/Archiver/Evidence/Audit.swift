import Evidence
import Recordings

/// Who did what, out of the evidence log of one organization: the entries of the newest signed checkpoint and of the epochs before
/// it, and after those of each epoch the ones that are in no checkpoint.
///
/// Reading takes no lock. Every call blocks: never make one on the cooperative pool.
package final class Audit {
    /// A state of the log that rows are from.
    package struct Source: Sendable {
        package var position: LogPosition
        /// Entries that were accepted after it.
        package var accepted: Int
    }

    /// The names of everybody who did anything; filled by ``count(_:)``.
    package private(set) var actors: Set<String> = []
    /// Entries that a later version wrote, and that are left out; filled by ``count(_:)``.
    package private(set) var unknownEntries = 0

    /// Epochs that are missing, do not hold or have lost entries, one line each: what they had is in no row. ``count(_:)`` adds those
    /// whose entries are not what their checkpoints sign.
    package private(set) var faults: [String]
    /// Whether the newest epoch was checked with the key of the key file, and not only with the key that the log itself names.
    package let isConfirmed: Bool

    /// The oldest epoch first.
    private var readers: [(reader: LogReader, accepted: [[UInt8]])]

    /// Reads what entries are in no checkpoint of the newest epoch, and nothing else yet.
    /// - Throws: `damaged` if they cannot be read.
    package init(_ epochs: LogEpochs) throws(EvidenceError) {
        (faults, isConfirmed) = (epochs.faults + epochs.losses, epochs.isConfirmed)
        var readers: [(reader: LogReader, accepted: [[UInt8]])] = []
        for (place, reader) in epochs.readers.enumerated() {
            readers.insert((reader, place == 0 ? try reader.acceptedEntries() : []), at: 0)
        }
        self.readers = readers
    }

    /// The states that the rows are from, the oldest epoch first: those that ``count(_:)`` found to hold.
    package var sources: [Source] {
        readers.map { Source(position: $0.reader.position, accepted: $0.accepted.count) }
    }

    /// Some of the rows.
    package struct Page: Sendable {
        package var rows: [AuditRow] = []
        /// The number of the first of them, in the order of the log.
        package var first = 0
        /// How many rows there are in all.
        package var total = 0

        /// No rows.
        package init() {}
    }

    /// Counts the rows, and compares every entry with what the checkpoint signs: to be called first, so that no row is shown of an
    /// epoch that does not hold.
    /// - Throws: `damaged` if the newest epoch does not.
    package func count(_ filter: AuditFilter) throws(EvidenceError) -> Int { try page(filter, 0..<0, most: 0).total }

    /// Compares every entry with what the checkpoint signs, as ``count(_:)`` does, and keeps the rows with these numbers, the newest
    /// `most` of them: the log is read once, and twice as many rows are in memory.
    /// - Throws: `damaged` if the newest epoch does not hold.
    package func page(_ filter: AuditFilter, _ numbers: Range<Int>, most: Int) throws(EvidenceError) -> Page {
        (actors, unknownEntries) = ([], 0)
        var page = Page()
        let newest = readers.last?.reader
        var sound: [(reader: LogReader, accepted: [[UInt8]])] = []
        for epoch in readers {
            let before = (actors, unknownEntries, page)
            do throws(EvidenceError) {
                try add(epoch.reader, epoch.accepted, filter, numbers, most, to: &page)
                sound.append(epoch)
            } catch {
                guard error.code == .damaged, epoch.reader !== newest else { throw error }
                (actors, unknownEntries, page) = before
                faults.append("\(LogEpochs.name(epoch.reader)) does not hold: \(error)")
            }
        }
        readers = sound
        page.rows = page.rows.suffix(most)
        page.first = min(page.total, numbers.upperBound) - page.rows.count
        return page
    }

    private func add(
        _ reader: LogReader,
        _ accepted: [[UInt8]],
        _ filter: AuditFilter,
        _ numbers: Range<Int>,
        _ most: Int,
        to page: inout Page
    ) throws(EvidenceError) {
        let position = reader.position
        func take(_ leaf: Int64, _ bytes: [UInt8]) {
            guard let entry = note(bytes, filter), filter.matches(entry) else { return }
            if numbers.contains(page.total) { page.rows.append(AuditRow(entry, leaf, of: position)) }
            if page.rows.count > 2 * most { page.rows.removeFirst(page.rows.count - most) }
            page.total += 1
        }
        try reader.forEachSignedEntry { index, bytes throws(EvidenceError) in take(index, bytes) }
        for (place, bytes) in accepted.enumerated() { take(position.size + Int64(place), bytes) }
    }

    /// Calls `body` with each row that is asked for, in the order of the log.
    /// - Throws: ``EvidenceError``; what `body` throws.
    package func forEachRow(
        _ filter: AuditFilter,
        _ body: (AuditRow) throws -> Void
    ) throws {
        for (reader, accepted) in readers {
            let position = reader.position
            func take(_ index: Int64, _ bytes: [UInt8]) throws {
                guard let entry = entry(bytes, filter), filter.matches(entry) else { return }
                try body(AuditRow(entry, index, of: position))
            }
            var failure: (any Error)?
            try reader.forEachEntry { index, bytes throws(EvidenceError) in
                guard failure == nil else { return }
                do { try take(index, bytes) } catch { failure = error }
            }
            if let failure { throw failure }
            for (place, bytes) in accepted.enumerated() { try take(position.size + Int64(place), bytes) }
        }
    }

    /// The proof that the entry of a row is in the log, by the same checkpoint as the other rows of its epoch.
    /// - Returns: `nil` if no checkpoint has the entry yet.
    /// - Throws: `damaged` if the hashes of the log do not yield a proof.
    package func proof(of row: AuditRow) throws(EvidenceError) -> RecordingProof? {
        guard row.isPublished,
            let epoch = readers.first(where: { $0.reader.position.origin == row.origin })
        else { return nil }
        return try RecordingProof(EntrySearch.Place(reader: epoch.reader, index: row.leaf))
    }

    private func note(_ bytes: [UInt8], _ filter: AuditFilter) -> LogEntry? {
        guard let entry = entry(bytes, filter) else {
            if StoredEntry(bytes) == nil { unknownEntries += 1 }
            return nil
        }
        actors.insert(entry.actor.name)
        return entry
    }

    /// - Returns: `nil` for an entry that is left out in any case.
    private func entry(_ bytes: [UInt8], _ filter: AuditFilter) -> LogEntry? {
        if filter.leavesOutStored, StoredEntry(bytes) != nil { return nil }
        return try? LogEntry(bytes)
    }
}

extension AuditRow {
    /// - Parameter position: of the checkpoint that the entry was read with.
    fileprivate init(_ entry: LogEntry, _ leaf: Int64, of position: LogPosition) {
        self.init(origin: position.origin, leaf: leaf, isPublished: leaf < position.size, entry: entry)
    }
}
