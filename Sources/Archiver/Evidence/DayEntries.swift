import Evidence
import Recordings

/// Finds the entries of an evidence log that say that a day was closed, or is open again, by their time: nothing else of the
/// log is read.
///
/// Every call blocks: never make one on the cooperative pool. Not for several threads at once.
package struct DayEntries {
    /// The newest epoch first.
    private let readers: [LogReader]
    /// What could not be searched, one line each.
    private let faults: [String]

    /// Entries of one moment are not strictly in the order of their times, because several tasks add them.
    private static let disorder = Duration.minutes(2)
    /// How many entries are read from where the first one may be. There are fewer in so short a time.
    private static let mostEntries: Int64 = 100_000
    private static let partSize: Int64 = 256

    package init(_ epochs: LogEpochs) { (readers, faults) = (epochs.readers, epochs.faults) }

    /// The entry of this type about a day.
    /// - Parameter time: that of the entry, exactly, as the log of events has it.
    /// - Returns: `nil` if no epoch has it.
    /// - Throws: `damaged` if it was not found, and not everything can be read.
    package func find(
        _ type: LogEntryType,
        of day: ArchiveDay,
        at time: Timestamp
    ) throws(EvidenceError) -> (place: EntrySearch.Place, entry: LogEntry)? {
        let mark = Array("\"type\":\"\(type.rawValue)\"".utf8)
        func wanted(_ bytes: [UInt8]) -> LogEntry? {
            guard ByteSearch.contains(mark, in: bytes), let entry = try? LogEntry(bytes), entry.type == type,
                entry.time == time, entry.text(.day) == day.description
            else { return nil }
            return entry
        }
        var faults = faults
        for reader in readers {
            do throws(EvidenceError) {
                if let found = try find(wanted, around: time, in: reader) { return found }
            } catch {
                guard error.code == .damaged else { throw error }
                faults.append("\(LogEpochs.name(reader)) does not hold: \(error)")
            }
        }
        guard let fault = faults.first else { return nil }
        throw EvidenceError(.damaged, "no entry of \(day) can be found: \(fault)", path: "")
    }

    private func find(
        _ wanted: ([UInt8]) -> LogEntry?,
        around time: Timestamp,
        in reader: LogReader
    ) throws(EvidenceError) -> (place: EntrySearch.Place, entry: LogEntry)? {
        // Entries of an earlier epoch that are only accepted will never be in one of its checkpoints.
        let accepted = reader === readers.first ? try reader.acceptedEntries() : []
        for (offset, bytes) in accepted.enumerated().reversed() {
            guard let entry = wanted(bytes) else { continue }
            return (EntrySearch.Place(reader: reader, index: reader.position.size + Int64(offset)), entry)
        }
        var index = try Self.first(since: time - Self.disorder, in: reader)
        let end = index + Self.mostEntries
        while index < end {
            let part = try reader.entries(from: index, count: Self.partSize)
            for (offset, bytes) in part.enumerated() {
                guard let entry = wanted(bytes) else { continue }
                return (EntrySearch.Place(reader: reader, index: index + Int64(offset)), entry)
            }
            guard let last = part.last, Self.time(of: last).map({ $0 < time + Self.disorder }) ?? true else { break }
            index += Int64(part.count)
        }
        return nil
    }

    /// The number of the first entry that is not older than `time`, by halving.
    private static func first(since time: Timestamp, in reader: LogReader) throws(EvidenceError) -> Int64 {
        var (low, high) = (Int64(0), reader.position.size)
        while low < high {
            let middle = low + (high - low) / 2
            // An entry that a later version wrote counts as new: more is read then, and nothing is missed.
            if let found = Self.time(of: try reader.entry(middle)), found < time {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }

    private static func time(of bytes: [UInt8]) -> Timestamp? { (try? LogEntry(bytes))?.time }
}
