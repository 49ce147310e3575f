import Evidence
import Recordings

/// The newest checkpoint of an organization's log and those of the epochs before it: what is needed to say what the log has, and
/// what cannot be said. Reading takes no lock. Not for several threads at once.
package struct LogEpochs {
    /// The newest epoch first. Every entry of each was compared with its checkpoint, except those of the newest.
    package let readers: [LogReader]
    /// Whether the newest epoch was checked with the key of the key file. Otherwise this account cannot read that file, and the key
    /// that the log itself names had to do.
    package let isConfirmed: Bool
    /// Epochs that are missing or do not hold, one line each: what they had is not among the entries.
    package let faults: [String]

    /// - Throws: `missing` if there is no log; `damaged` if the newest checkpoint does not hold, or is signed with another key than
    ///   the key file's; `rolledBack` if the log once had more entries.
    package init(
        of organization: OrganizationName,
        in folder: LogFolder,
        keyFile: LogKeyFile
    ) throws(EvidenceError) {
        let key = folder.confirmedKey(keyFile)
        if key == nil, (try? keyFile.key()) != nil {
            throw EvidenceError(
                .damaged,
                "\(folder.keyPath) is another key than \(keyFile.path) has; run `callark log verify`",
                path: folder.keyPath
            )
        }
        isConfirmed = key != nil
        let newest = try LogReader(folder, key: key)
        try keyFile.requireNotOlder(newest.position, of: organization, in: folder)
        var (readers, faults) = ([newest], [String]())
        var last = newest
        while let named = try? LogEntry(last.entry(0)).previous {
            let what = "\(folder.path): the epoch before, \(named.origin) with \(named.size) entries,"
            guard last.folder.previous.exists else {
                faults.append("\(what) is missing")
                break
            }
            do throws(EvidenceError) {
                let reader = try LogReader(last.folder.previous)
                try reader.forEachSignedEntry { _, _ throws(EvidenceError) in }
                readers.append(reader)
                last = reader
            } catch {
                guard error.code == .damaged else { throw error }
                faults.append("\(what) does not hold: \(error)")
                break
            }
        }
        (self.readers, self.faults) = (readers, faults)
    }
}
