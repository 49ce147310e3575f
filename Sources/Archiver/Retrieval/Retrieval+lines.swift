import DailyArchive
import Files
import Manifest
import Recordings

extension Retrieval {
    /// The metadata lines of recordings, each as it is in its archive; without those that are damaged.
    package func intactLines(of rows: [RecordingRow]) async -> [RecordingRowID: [UInt8]] {
        var lines: [RecordingRowID: [UInt8]] = [:]
        let held = Dictionary(grouping: rows.filter { $0.held != nil }) { $0.held?.archive }
        for case (let name?, let rows) in held {
            let offsets = Set(rows.compactMap(\.held?.offset))
            var found = (try? await ArchiveReader.metadataLines(of: name, in: root, at: offsets)) ?? [:]
            if found.count < offsets.count {
                // One damaged line hides no others.
                let listed = (try? await SealedSalvage.listed(in: root.archivePath(name), as: name)) ?? []
                for entry in listed where offsets.contains(entry.offset) { found[entry.offset] = entry.jsonLine }
            }
            for row in rows { if let offset = row.held?.offset { lines[row.row] = found[offset] } }
        }
        return lines
    }
}
