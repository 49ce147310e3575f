import Evidence
import Recordings

/// What one epoch of an evidence log says about the calls of a case. Not for several threads at once.
final class CaseEvidence {
    /// The entry of a stored recording.
    struct Stored {
        var leaf: Int64
        var bytes: [UInt8]
        var archive: String
        var sha256: String
        /// The SHA-256 of the recording's line of metadata without its place and checksum.
        var record: String
    }

    /// Any other entry.
    struct Act {
        var leaf: Int64
        var bytes: [UInt8]
        var entry: LogEntry
    }

    let reader: LogReader
    /// By the recording's path in its archive, in the order of the log.
    private(set) var stored: [String: [Stored]] = [:]
    /// In the order of the log.
    private(set) var acts: [Act] = []
    /// The acts about each call, in the order of the log.
    private var byTask: [String: [Act]] = [:]
    /// The acts that say what an anchor gave.
    private var anchored: [Act] = []
    /// Those whose tokens or states are missing or were changed, by their numbers: they prove nothing.
    var lostTokens: Set<Int64> = []

    /// Reads a log, and compares it with its checkpoint.
    /// - Throws: `damaged` if the log does not hold.
    init(_ reader: LogReader, _ subject: CaseSubject) throws(EvidenceError) {
        self.reader = reader
        var configuration: Act?
        try reader.forEachSignedEntry { leaf, bytes throws(EvidenceError) in
            if let entry = StoredEntry(bytes) {
                guard subject.has(entry) else { return }
                let stored = Stored(
                    leaf: leaf,
                    bytes: bytes,
                    archive: entry.archive,
                    sha256: entry.sha256,
                    record: entry.record
                )
                self.stored[entry.path, default: []].append(stored)
                return
            }
            guard let entry = try? LogEntry(bytes) else { return }
            let act = Act(leaf: leaf, bytes: bytes, entry: entry)
            switch entry.type {
            case .configChanged: configuration = act
            case .anchorAdded: anchored.append(act)
            case .logBegun, .keyAdded, .keyRetired: acts.append(act)
            default: if subject.has(entry) { acts.append(act) }
            }
        }
        if let configuration { acts.append(configuration) }
        acts.sort { $0.leaf < $1.leaf }
        for act in acts { if let task = act.entry.text(.taskID) { byTask[task, default: []].append(act) } }
    }

    /// The state of the epoch before, from which this one goes on.
    var previous: LogPosition? { acts.first { $0.entry.type == .logBegun }?.entry.previous }

    /// Whether it says anything about the case's calls.
    var isAboutCalls: Bool { !stored.isEmpty || !byTask.isEmpty }

    /// The entry of a recording: the one of the archive that has it now, or else the last one of these bytes.
    func entry(of path: String, _ sha256: ContentDigest, in archive: ArchiveName) -> Stored? {
        let same = (stored[path] ?? []).filter { $0.sha256 == sha256.description }
        return same.last { $0.archive == archive.description } ?? same.last
    }

    /// What happened to a call, in the order of the log.
    func history(of task: TaskID) -> [Act] {
        byTask[task.description] ?? []
    }

    /// The states known outside that are in the case. Of each anchor: for each of these entries the first state that covers it,
    /// because that says how early it was known; and the newest one, which covers all. One anchor is not enough: it may prove
    /// nothing, or turn out not to be genuine.
    /// - Returns: the acts that say so, by the number of entries of the state.
    func anchors(covering leaves: [Int64]) -> [Int64: [Act]] {
        let bySize = Dictionary(grouping: anchored) { $0.entry.number(.size) ?? 0 }
            .filter { 0 < $0.key && $0.key <= reader.position.size }
        // The names of their files are those of the anchors.
        let byAnchor = Dictionary(grouping: bySize.values.joined()) { $0.entry.text(.file)?.split(separator: "/").last }
        var wanted: Set<Int64> = []
        for acts in byAnchor.values {
            let sizes = Set(acts.compactMap { $0.entry.number(.size) }).sorted()
            wanted.formUnion(sizes.suffix(1))
            wanted.formUnion(leaves.compactMap { Self.first(above: $0, in: sizes) })
        }
        return bySize.filter { wanted.contains($0.key) }
    }

    /// The first of ascending numbers that is above `leaf`, by halves.
    private static func first(above leaf: Int64, in sizes: [Int64]) -> Int64? {
        var (low, high) = (0, sizes.count)
        while low < high {
            let middle = (low + high) / 2
            if sizes[middle] > leaf { high = middle } else { low = middle + 1 }
        }
        return low < sizes.count ? sizes[low] : nil
    }
}
