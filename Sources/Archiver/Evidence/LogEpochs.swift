import Evidence
import Recordings

/// The newest checkpoint of an organization's log and those of the epochs before it, as far as they are needed.
///
/// One rule holds for all readers: an answer needs the epoch that it comes from. What another one has lost, or what is wrong with
/// it, is reported and ends nothing. Reading takes no lock. Not for several threads at once.
package struct LogEpochs {
    /// The newest epoch first. Each checkpoint is signed, and each epoch goes on from the one after it in this list. Entries have not
    /// been read yet.
    package let readers: [LogReader]
    /// Whether the newest epoch was checked with the key of the key file. Otherwise this account cannot read that file, and the key
    /// that the log itself names had to do.
    package let isConfirmed: Bool
    /// Epochs that are missing or do not hold, one line each: what they had is not among the entries.
    package let faults: [String]
    /// Epochs that once had more entries than are left of them, one line each.
    package let losses: [String]

    /// - Parameter day: the first day that is asked about. Epochs that had ended by then are left out; without a day, none is.
    /// - Throws: `missing` if there is no log; `damaged` if the newest checkpoint does not hold, or is signed with another key than
    ///   the key file's; `rolledBack` if the log once had more entries.
    package init(
        of organization: OrganizationName,
        in folder: LogFolder,
        keyFile: LogKeyFile,
        since day: ArchiveDay? = nil
    ) throws(EvidenceError) {
        let key = try folder.confirmedKey(keyFile)
        isConfirmed = key != nil
        let newest = try LogReader(folder, key: key)
        try keyFile.requireNotOlder(newest.position, of: organization, in: folder)
        var (readers, faults, losses) = ([newest], [String](), [String]())
        let begin = day.map(LoggedArchive.beginning(of:))
        var last: LogReader? = newest
        while let newer = last {
            last = nil
            var what = newer === newest ? "\(folder.path)" : Self.name(newer)
            do throws(EvidenceError) {
                guard let begun = try newer.begun(), let named = begun.previous else { break }
                if let begin, begun.time <= begin { break }
                what = "\(folder.path): the epoch before, \(named.origin) with \(named.size) entries,"
                guard newer.folder.previous.exists else {
                    faults.append("\(what) is missing")
                    break
                }
                let reader = try LogReader(newer.folder.previous)
                let lost = try reader.lost(since: named)
                if lost > 0 { losses.append("\(what) has lost \(lost) of them") }
                readers.append(reader)
                last = reader
            } catch {
                guard error.code == .damaged else { throw error }
                faults.append("\(what) does not hold: \(error)")
            }
        }
        (self.readers, self.faults, self.losses) = (readers, faults, losses)
    }

    /// An earlier epoch, for messages about it.
    static func name(_ reader: LogReader) -> String {
        "\(reader.folder.path): the epoch \(reader.position.origin) with \(reader.position.size) entries"
    }
}
