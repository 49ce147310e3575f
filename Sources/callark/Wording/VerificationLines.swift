import Reports
import Archiver
import DailyArchive
import Payloads
import Recordings

/// The lines that `verify` and `rebuild` print about archives and their faults.
enum VerificationLines {
    /// The width of the words at the beginning of a line.
    private static let wordWidth = 8

    /// One archive, or the manifest, in one line for people: OK, DAMAGED, REPAIRED or EXPLAINED.
    /// - Parameters:
    ///   - verbose: whether each fault follows on a line of its own.
    ///   - isNamed: whether to print the archive's name rather than its path.
    static func write(
        _ report: VerificationReport,
        to output: Output,
        verbose: Bool = true,
        isNamed: Bool = true
    ) throws {
        for fault in report.faults { try output.json(ArchiveFaultLine(fault)) }
        try output.json(VerifiedArchiveLine(report))
        guard !output.isJSON else { return }
        if let fault = report.faults.first(where: { $0.kind == .notAnArchive }) {
            return output.text("\("UNKNOWN".padded(to: wordWidth))  \(fault)")
        }
        let subject = isNamed ? report.name?.description ?? report.path : report.path
        output.text("\(report.word.padded(to: wordWidth))  \(subject)\(report.outcome)")
        guard verbose else { return }
        for fault in report.faults {
            let word = fault.isStanding ? "" : fault.word + ": "
            output.text("          \(word)\(report.withoutPath("\(fault)"))")
        }
    }

    /// One fault: called repaired if another archive makes up for it, and explained if its loss was explained.
    static func write(_ fault: ArchiveFault, to output: Output) throws {
        try output.json(ArchiveFaultLine(fault))
        let word = fault.isStanding ? "DAMAGED" : fault.word.uppercased()
        output.text("\(word.padded(to: wordWidth))  \(fault.archive): \(fault)")
    }

    /// How many unrepaired recordings are named one by one.
    private static let namedLosses = 10

    /// The outcome of a repair.
    /// - Parameter verbose: whether each recording gets a line. Otherwise the first few that are still damaged get one
    ///   each, and the others share lines, by archive.
    static func write(_ repair: Repair, to output: Output, verbose: Bool) throws {
        for name in repair.sideFiles {
            try output.json(SideFileLine(name))
            output.text("REPAIRED  \(name): its checksum file \(name).tar.sha256 is written anew")
        }
        for name in repair.returned {
            try output.json(ReturnedArchiveLine(name))
            output.text("REPAIRED  \(name): put back from the vault, whole")
        }
        for name in repair.renewed {
            output.text("REPAIRED  \(name), which had no recordings: the lines of its calls are in a new archive")
        }
        for name in repair.regained {
            output.text("REPAIRED  \(name), which is missing: its recordings are in other archives, or explained")
        }
        for outcome in repair.outcomes { try output.json(RepairLine(outcome)) }
        guard !verbose else { return repair.outcomes.forEach { write($0, to: output) } }
        let groups = Dictionary(grouping: repair.outcomes, by: RepairedPlaces.init)
        for (places, outcomes) in groups.sorted(by: { $0.key < $1.key }) {
            if outcomes.count > 1, let summary = places.summary(of: outcomes) {
                output.text(summary)
            } else {
                for outcome in outcomes.prefix(namedLosses) { write(outcome, to: output) }
                guard outcomes.count > namedLosses else { continue }
                output.text("NOT REPAIRED \(outcomes.count - namedLosses) more of \(places.archive): -v names each")
            }
        }
    }

    /// The outcome for one damaged recording.
    private static func write(_ outcome: Repair.Outcome, to output: Output) {
        let whence = outcome.isCopied ? "whole in the damaged" : "damaged in"
        let place = "task \(outcome.taskID), \(whence) \(outcome.archive) at offset \(outcome.offset)"
        let reason = outcome.reason.map { ": \($0)" } ?? ""
        if let name = outcome.repairedBy {
            let how = outcome.isCopied ? "copied, " : ""
            output.text("REPAIRED  \(place), \(how)is \(outcome.state.rawValue) in \(name)\(reason)")
        } else {
            output.text(
                "\(outcome.isExplained ? "EXPLAINED" : "NOT REPAIRED") \(place), is \(outcome.state.rawValue)\(reason)"
            )
        }
    }

    /// Where recordings were, and where they are now.
    private struct RepairedPlaces: Hashable, Comparable {
        var archive: ArchiveName
        var repairedBy: ArchiveName?
        var isExplained: Bool

        init(_ outcome: Repair.Outcome) {
            archive = outcome.archive
            repairedBy = outcome.repairedBy
            isExplained = outcome.isExplained
        }

        static func < (lhs: Self, rhs: Self) -> Bool {
            if lhs.archive != rhs.archive { return lhs.archive < rhs.archive }
            guard let left = lhs.repairedBy, let right = rhs.repairedBy else {
                return lhs.repairedBy != nil || rhs.repairedBy == nil && lhs.isExplained && !rhs.isExplained
            }
            return left < right
        }

        /// - Returns: `nil` for recordings that are still damaged, each of which is to be named.
        func summary(of outcomes: [Repair.Outcome]) -> String? {
            let what = Readable.count(outcomes.count, "recording")
            if isExplained { return "EXPLAINED \(what) of \(archive), which cannot be repaired" }
            guard let repairedBy else { return nil }
            let copied = outcomes.count(where: \.isCopied)
            let ways = [("copied", copied), ("fetched", outcomes.count - copied)].filter { $0.1 > 0 }
                .map { "\($0.1.grouped) \($0.0)" }.joined(separator: ", ")
            return "REPAIRED  \(what) of \(archive): they count in \(repairedBy) (\(ways))"
        }
    }

}

extension VerificationReport {
    /// The message without the archive's path, which is on the same line or the one above.
    fileprivate func withoutPath(_ message: String) -> String {
        let side = "\(path).sha256"
        let sideName = side.split(separator: "/").last.map(String.init) ?? side
        // The path of the side file contains that of the archive.
        return message.replacing(side, with: sideName).replacing(path, with: "the file")
    }

    fileprivate var word: String {
        if !isSound { return "DAMAGED" }
        if faults.contains(where: { $0.repairedBy != nil }) { return "REPAIRED" }
        return faults.contains(where: \.isExplained) ? "EXPLAINED" : "OK"
    }

    /// The text after the name: what was read, or what is wrong.
    fileprivate var outcome: String {
        // Files next to archives have no recordings.
        let read = name.map { _ in ": \(Readable.count(recordingCount, "recording")), \(Readable.bytes(byteCount))" }
        let remarks =
            warnings.isEmpty ? "" : "; warning: " + warnings.map { withoutPath($0.message) }.joined(separator: "; ")
        if isSound {
            let repairs = Set(faults.compactMap(\.repairedBy)).sorted().map(\.description).joined(separator: ", ")
            return repairs.isEmpty ? (read ?? "") + remarks : " in \(repairs)\(remarks)"
        }
        // A wrong checksum of the whole only says that something is wrong; other faults say what.
        let others = standingFaults.filter { !$0.isOfRecording && $0.kind != .archiveDigest }
        var words: [String] = []
        let isGone = others.contains { $0.kind == .archiveMissing }
        if damagedRecordings > 0, !isGone {
            words.append("\(damagedRecordings) of \(Readable.count(recordingCount, "recording")) damaged")
        }
        if let first = others.first {
            // A person who has to restore a file needs to know where.
            let message = isGone ? first.message : withoutPath(first.message)
            words.append(message + (others.count > 1 ? ", and \(others.count - 1) more" : ""))
        }
        if isGone, damagedRecordings > 0 { words.append("\(Readable.count(damagedRecordings, "recording")) in it") }
        if words.isEmpty { words = standingFaults.prefix(1).map { withoutPath($0.message) } }
        return ": " + words.joined(separator: "; ") + remarks
    }
}
