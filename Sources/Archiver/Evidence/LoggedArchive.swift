import DailyArchive
import Evidence
import Foundation
import Manifest
import Recordings

/// What an evidence log says about one archive.
struct LoggedArchive: Sendable {
    /// The recordings in it, by their path in the bag, without those that left the archive while it was in the spool.
    var recordings: [String: Recording] = [:]
    /// How it was sealed or adopted; `nil` if it never was.
    var sealed: Sealing?

    /// The entry of a recording.
    struct Recording: Hashable, Sendable {
        var taskID: String
        var digest: ContentDigest
        var leaf: Int64
    }

    /// The entry of an archive that was sealed or adopted.
    struct Sealing: Hashable, Sendable {
        var digest: ContentDigest
        var recordings: Int64
        /// Its length; `nil` if the entry does not say.
        var byteCount: Int64?
    }

    /// The `detail` of an entry of a recording that left an archive in the spool, and was never sealed with it.
    static let leftSpool = "spool"
}

extension LoggedArchive {
    /// Whether the log has this recording in the archive.
    func has(_ entry: RecordingEntry) -> Bool { recordings[entry.payloadPath]?.digest == entry.stored.digest }

    /// Where the log has those of `entries` that it has.
    func leaves(of entries: [RecordingEntry]) -> [RecordingLeaf] {
        entries.compactMap { entry in
            guard has(entry), let leaf = recordings[entry.payloadPath]?.leaf else { return nil }
            return RecordingLeaf(entry, leaf)
        }
    }

    /// Where the log has what is in the archive.
    var leaves: [RecordingLeaf] {
        recordings.compactMap { path, recording in
            TaskID(recording.taskID).map { RecordingLeaf(taskID: $0, path: path, leaf: recording.leaf) }
        }
    }
}

extension RecordingLeaf {
    /// The place of the entry of a recording that an archive has.
    init(_ entry: RecordingEntry, _ leaf: Int64) {
        self.init(taskID: entry.key.taskID, path: entry.payloadPath, leaf: leaf)
    }
}

extension LoggedArchive {
    /// An archive has no entry older than its day. Two days are allowed for the time zone and for a wrong clock.
    private static let slack = Duration.hours(48)
    /// One in this many entries is read in any case, to see how far back the search has come.
    private static let stride = 256

    /// No earlier entry can be about anything of the day.
    static func beginning(of day: ArchiveDay) -> Timestamp { day.interval(in: .gmt).lowerBound - slack }

    /// Searches a log from the newest entry back to the oldest that can be about the archive.
    static func find(_ name: ArchiveName, in log: EvidenceLog) throws(EvidenceError) -> LoggedArchive {
        var found = LoggedArchive()
        var left: Set<String> = []
        var number = 0
        let mark = Array(#""archive":"\#(name)""#.utf8)
        let begin = beginning(of: name.day)
        try log.search { index, bytes throws(EvidenceError) in
            number += 1
            let isAboutIt = ByteSearch.contains(mark, in: bytes)
            guard isAboutIt || number.isMultiple(of: stride), let entry = try? LogEntry(bytes) else { return true }
            if isAboutIt, entry.text(.archive) == name.description { found.take(entry, index, &left) }
            return entry.time >= begin
        }
        return found
    }

    /// Takes the next older entry.
    private mutating func take(_ entry: LogEntry, _ index: Int64, _ left: inout Set<String>) {
        switch entry.type {
        case .archiveSealed, .archiveAdopted:
            guard sealed == nil, let digest = entry.digest(.sha256) else { return }
            sealed = Sealing(
                digest: digest,
                recordings: entry.number(.recordings) ?? 0,
                byteCount: entry.number(.bytes)
            )
        case .recordingStored:
            guard let path = entry.text(.path), !left.contains(path), recordings[path] == nil,
                let digest = entry.digest(.sha256)
            else { return }
            recordings[path] = Recording(taskID: entry.text(.taskID) ?? "", digest: digest, leaf: index)
        case .damageFound, .recordingReplaced:
            guard entry.text(.detail) == Self.leftSpool, let path = entry.text(.path), recordings[path] == nil else {
                return
            }
            left.insert(path)
        default: return
        }
    }
}
