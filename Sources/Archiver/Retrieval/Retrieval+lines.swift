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
            let found = await intactLines(of: name, at: Set(rows.compactMap(\.held?.offset))).lines
            for row in rows { if let offset = row.held?.offset { lines[row.row] = found[offset] } }
        }
        return lines
    }

    /// The metadata lines of recordings in one archive, by where they begin. If its metadata is damaged, the intact lines.
    /// - Returns: also why the metadata cannot be read as it should; `nil` if it can.
    func intactLines(
        of name: ArchiveName,
        at offsets: Set<Int64>
    ) async -> (lines: [Int64: [UInt8]], failure: (any Error)?) {
        do {
            let begin = try await manifest.sealedArchive(name)?.metadataOffset
            return (
                try await ArchiveReader.metadataLines(of: name, in: root, at: offsets, metadataOffset: begin), nil
            )
        } catch {
            var found: [Int64: [UInt8]] = [:]
            let listed = (try? await SealedSalvage.listed(in: root.archivePath(name), as: name)) ?? []
            for entry in listed where offsets.contains(entry.offset) { found[entry.offset] = entry.jsonLine }
            return (found, error)
        }
    }
}
