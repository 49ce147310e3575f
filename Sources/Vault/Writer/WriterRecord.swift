import Foundation
import Recordings

/// The content of `writer.json`: which archive root may write to the vault, and which ones did before.
package struct WriterRecord: Hashable, Sendable, Codable {
    /// A root that wrote before, until another one took over.
    package struct Former: Hashable, Sendable, Codable {
        package var root: String
        package var epoch: Int
        /// When it stopped being the writer, by the store's clock.
        package var endedTime: Timestamp

        enum CodingKeys: String, CodingKey {
            case root, epoch
            case endedTime = "ended_time"
        }
    }

    /// The version of this file.
    package static let currentFormat = 1

    package private(set) var format = Self.currentFormat
    /// The identity of the root that may write.
    package var root: String
    /// Raised by each take-over; every object carries that of its writer.
    package var epoch: Int
    /// When this root became the writer, by the store's clock.
    package var takenTime: Timestamp
    /// The writers before, the oldest first.
    package var former: [Former] = []

    package init(root: CanonicalUUID, epoch: Int, takenTime: Timestamp, former: [Former] = []) {
        self.root = root.description
        self.epoch = epoch
        self.takenTime = takenTime
        self.former = former
    }

    enum CodingKeys: String, CodingKey {
        case format, root, epoch, former
        case takenTime = "taken_time"
    }

    /// Reads the file.
    /// - Returns: `nil` if it is none, or if a later version of Callark wrote it.
    package init?(_ bytes: [UInt8]) {
        guard let record = try? JSONDecoder().decode(WriterRecord.self, from: Data(bytes)),
            record.format == Self.currentFormat, record.epoch >= 1, CanonicalUUID(record.root) != nil
        else { return nil }
        self = record
    }

    /// The file's text: one line.
    package var text: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return Array((try? encoder.encode(self)) ?? Data()) + Array("\n".utf8)
    }

    /// The record after another root has taken over.
    func takenOver(by root: CanonicalUUID, at time: Timestamp) -> WriterRecord {
        let former = Former(root: self.root, epoch: epoch, endedTime: time)
        return WriterRecord(root: root, epoch: epoch + 1, takenTime: time, former: self.former + [former])
    }

    /// Which objects count.
    package var rule: EpochRule { EpochRule(self) }
}

/// Which objects of a vault count: those that their writer put while it was the writer.
///
/// A machine that was paused in the middle of an upload, and wakes up after another one took over, still finishes it.
/// What it put then is in the vault, perhaps locked for years, and has to be left out.
package struct EpochRule: Hashable, Sendable {
    private var current: Int
    private var ended: [Int: Timestamp]

    package init(_ record: WriterRecord) {
        current = record.epoch
        ended = Dictionary(record.former.map { ($0.epoch, $0.endedTime) }, uniquingKeysWith: min)
    }

    /// If no one was ever named as the writer, everything counts.
    package init() {
        current = .max
        ended = [:]
    }

    /// Whether everything counts that was put at this time, because no writer had been replaced by then.
    func countsAnyway(modified: Timestamp) -> Bool {
        guard let first = ended.values.min() else { return true }
        return modified.millisecondsSince1970 / 1000 <= first.millisecondsSince1970 / 1000
    }

    /// - Parameters:
    ///   - epoch: as the object carries it; `nil` if it carries none, because someone else put it.
    ///   - modified: when the store says that it was put.
    package func counts(epoch: Int?, modified: Timestamp) -> Bool {
        guard let epoch else { return false }
        if epoch == current { return true }
        if epoch > current { return false }
        guard let end = ended[epoch] else { return current == .max }
        // Stores say whole seconds. What is in doubt counts: it is true, and may be needed.
        return modified.millisecondsSince1970 / 1000 <= end.millisecondsSince1970 / 1000
    }
}
