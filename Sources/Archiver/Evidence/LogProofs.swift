import Evidence
import Recordings

/// Finds the entries of recordings in an organization's evidence log, to prove them. An earlier epoch proves its entries by its
/// own checkpoint.
///
/// Every call blocks: never make one on the cooperative pool. Not for several threads at once.
package struct LogProofs {
    /// A recording to prove.
    package struct Wanted: Hashable, Sendable {
        /// In its archive, or, of a file, wherever that is.
        package let path: String
        private let digest: ContentDigest?
        private let isFile: Bool

        /// The recording at this path in its archive; with a digest, only if it has these bytes.
        package init(path: String, digest: ContentDigest? = nil) {
            (self.path, self.digest, isFile) = (path, digest, false)
        }

        /// Any recording with the bytes of this file.
        package init(file: String, digest: ContentDigest) {
            (path, self.digest, isFile) = (file, digest, true)
        }

        fileprivate func isStored(by entry: [UInt8]) -> Bool {
            guard let stored = StoredEntry(entry), isFile || stored.path == path else { return false }
            return digest == nil || stored.sha256 == digest?.description
        }
    }

    /// Where an entry is.
    package struct Place {
        /// The epoch.
        package let reader: LogReader
        /// The entry's number in it.
        package let index: Int64

        /// Whether a checkpoint has the entry. Otherwise nothing proves it yet.
        package var isPublished: Bool { index < reader.position.size }
    }

    /// The newest epoch first.
    private let readers: [LogReader]

    /// - Parameter key: the key for the signatures of the newest epoch; `nil` for the key that the log names itself.
    /// - Throws: `missing` if there is no log; `damaged` if the newest checkpoint is invalid. Earlier epochs that are damaged
    ///   are left out.
    package init(_ folder: LogFolder, key: NoteKey?) throws(EvidenceError) {
        readers = [try LogReader(folder, key: key)] + folder.epochs.dropFirst().compactMap { try? LogReader($0) }
    }

    package init(_ epochs: LogEpochs) {
        readers = epochs.readers
    }

    /// The entry with a given number, in the newest epoch in which it is that of the recording.
    /// - Parameter leaf: where it may be, such as what the manifest says, which may be wrong.
    /// - Returns: `nil` if no epoch has the recording there.
    package func place(of wanted: Wanted, at leaf: Int64) throws(EvidenceError) -> Place? {
        for reader in readers {
            let place = Place(reader: reader, index: leaf)
            let entry: [UInt8]?
            if place.isPublished {
                entry = try reader.entry(leaf)
            } else {
                entry = try reader.acceptedEntries().dropFirst(Int(leaf - reader.position.size)).first
            }
            if let entry, wanted.isStored(by: entry) { return place }
        }
        return nil
    }

    /// Reads everything, and calls `body` with each entry of a recording that is wanted, oldest epoch first.
    /// - Throws: ``EvidenceError``; errors of `body`.
    package func search(_ wanted: [Wanted], _ body: (Wanted, Place) throws -> Void) throws {
        for reader in readers.reversed() {
            var failure: (any Error)?
            try reader.forEachEntry { index, entry throws(EvidenceError) in
                guard failure == nil else { return }
                do {
                    for wanted in wanted where wanted.isStored(by: entry) {
                        try body(wanted, Place(reader: reader, index: index))
                    }
                } catch { failure = error }
            }
            if let failure { throw failure }
            for (offset, entry) in try reader.acceptedEntries().enumerated() {
                for wanted in wanted where wanted.isStored(by: entry) {
                    try body(wanted, Place(reader: reader, index: reader.position.size + Int64(offset)))
                }
            }
        }
    }
}
