import Evidence
import Recordings

/// Finds the entries of recordings in an organization's evidence log, to prove them. An earlier epoch proves its entries by its
/// own checkpoint.
///
/// Every call blocks: never make one on the cooperative pool. Not for several threads at once.
package struct EntrySearch {
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
    /// What could not be searched, one line each: epochs that are missing, or parts that do not hold.
    package private(set) var faults: [String]
    /// What earlier epochs have lost, one line each.
    package let losses: [String]

    package init(_ epochs: LogEpochs) {
        (readers, faults, losses) = (epochs.readers, epochs.faults, epochs.losses)
    }

    /// The entry with a given number, in the newest epoch in which it is that of the recording.
    /// - Parameter leaf: where it may be, such as what the manifest says, which may be wrong.
    /// - Returns: `nil` if no epoch has the recording there, or none that can be read there: a search says which.
    package func place(of wanted: Wanted, at leaf: Int64) throws(EvidenceError) -> Place? {
        for reader in readers where leaf >= 0 {
            let place = Place(reader: reader, index: leaf)
            let entry: [UInt8]?
            do throws(EvidenceError) {
                if place.isPublished {
                    entry = try reader.entry(leaf)
                } else {
                    entry = try accepted(reader).dropFirst(Int(leaf - reader.position.size)).first
                }
            } catch {
                guard error.code == .damaged else { throw error }
                continue
            }
            if let entry, wanted.isStored(by: entry) { return place }
        }
        return nil
    }

    /// Reads everything, and calls `body` with each entry of a recording that is wanted, oldest epoch first. What cannot be read
    /// becomes one of the ``faults``.
    /// - Throws: ``EvidenceError``; errors of `body`.
    package mutating func search(_ wanted: [Wanted], _ body: (Wanted, Place) throws -> Void) throws {
        for reader in readers.reversed() { try search(reader, wanted, body) }
    }

    /// Reads epoch after epoch, the newest first, until one proves the recording.
    /// - Returns: the last entry of the recording in that epoch; if there is none, the one that is accepted; `nil` if there is none
    ///   either.
    package mutating func newest(of wanted: Wanted) throws -> Place? {
        var accepted: Place?
        for reader in readers {
            var found: Place?
            try search(reader, [wanted]) { _, place in
                if place.isPublished { found = place } else { accepted = place }
            }
            if let found { return found }
        }
        return accepted
    }

    private mutating func search(
        _ reader: LogReader,
        _ wanted: [Wanted],
        _ body: (Wanted, Place) throws -> Void
    ) throws {
        var failure: (any Error)?
        // A changed byte could hide an entry: only entries that are compared with the checkpoint show that there is none.
        func take(_ index: Int64, _ entry: [UInt8]) {
            guard failure == nil else { return }
            do {
                for wanted in wanted where wanted.isStored(by: entry) {
                    try body(wanted, Place(reader: reader, index: index))
                }
            } catch { failure = error }
        }
        do throws(EvidenceError) {
            try reader.forEachSignedEntry { index, entry throws(EvidenceError) in take(index, entry) }
            for (offset, entry) in try accepted(reader).enumerated() {
                take(reader.position.size + Int64(offset), entry)
            }
        } catch {
            guard error.code == .damaged else { throw error }
            faults.append("\(LogEpochs.name(reader)) does not hold: \(error)")
        }
        if let failure { throw failure }
    }

    /// Entries that are in no checkpoint yet. Those of an earlier epoch will never be in one of its.
    private func accepted(_ reader: LogReader) throws(EvidenceError) -> [[UInt8]] {
        reader === readers.first ? try reader.acceptedEntries() : []
    }
}
