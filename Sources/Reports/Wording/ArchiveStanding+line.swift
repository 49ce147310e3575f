import DailyArchive
import Files
import Manifest
import Payloads
import Recordings
import Settings
import Text

extension ArchiveStanding {
    /// For people. The checksum is the sealed one, whatever the file is now.
    package var line: String {
        var parts = [Readable.count(archive.recordings, "recording")]
        if counting < archive.recordings { parts.append("\(counting) of them count here") }
        if damaged > 0 { parts.append("\(damaged) damaged") }
        for (name, count) in replacements {
            parts.append(state == .sound ? "\(count) superseded by \(name)" : "\(count) count in \(name)")
        }
        parts.append(Readable.bytes(archive.byteCount))
        parts.append("sha256 \(archive.digest)" + (wrong.map { " (as sealed; \($0))" } ?? ""))
        let remark = state == .sound ? "" : "  \(state.rawValue.uppercased())"
        return VisibleText.escaped("\(archive.name)  \(parts.joined(separator: ", "))\(remark)")
    }

    /// The archives whose copies count instead of those here, and how many do.
    private var replacements: [(name: ArchiveName, count: Int)] {
        let copies = displaced.compactMap(\.counting?.archive)
        return Dictionary(grouping: copies, by: \.self).map { ($0.key, $0.value.count) }.sorted { $0.0 < $1.0 }
    }

    /// What is wrong with its file, and where its lost recordings are.
    package var remark: String? {
        guard let wrong else { return nil }
        return ([wrong] + replacements.map { "\($0.count) count in \($0.name)" }).joined(separator: "; ")
    }
}

extension DisplacedCopy {
    /// For people.
    package var line: String {
        let what = reason == .damaged ? "damaged" : "a duplicate"
        let instead =
            counting.map { "the one in \($0.archive) counts" } ?? (isExplained ? "lost, and explained" : "none counts")
        return VisibleText.escaped("task \(key.taskID), \(file) at offset \(offset): \(what); \(instead)")
    }
}
