import Evidence
import Foundation
import Manifest
import Recordings

/// What a rebuild takes from an evidence log because no archive has it: acts, what people said about gaps and suspect
/// recordings, and which days were closed and reopened.
struct LogReplay: Sendable {
    /// What the log says about archives and days.
    private(set) var ledger = LogLedger()
    private var events: [Event] = []
    /// The last statement about each task and each suspect recording.
    private var statements: [String: ReplayedStatement] = [:]
    private var days: [ArchiveDay: ReplayedDay] = [:]
    private var configuration: ContentDigest?
    /// Objects that entries name and that can no longer be read, such as erased texts.
    private(set) var remarks: [String] = []

    /// Reads a log.
    /// - Throws: `missing`; `damaged` if it is not sound.
    static func read(_ folder: LogFolder, key: NoteKey?) throws(EvidenceError) -> LogReplay {
        var replay = LogReplay()
        let ledger = try LogLedger.read(folder, key: key) { entry throws(EvidenceError) in replay.take(entry, folder) }
        replay.ledger = ledger
        return replay
    }

    /// Writes all of it into a new manifest.
    func apply(to manifest: Manifest, _ organization: OrganizationName, now: Timestamp) async throws {
        for begin in stride(from: 0, to: events.count, by: 1000) {
            try await manifest.replay(Array(events[begin..<min(begin + 1000, events.count)]))
        }
        let said = statements.sorted { $0.key < $1.key }.map(\.value)
        try await manifest.replay(said, of: organization, now: now)
        let closed = days.sorted { $0.key < $1.key }.map(\.value)
        try await manifest.replay(closed, configuration: configuration, of: organization)
    }

    // MARK: - Entries

    private mutating func take(_ entry: LogEntry, _ folder: LogFolder) {
        let task = entry.text(.taskID).flatMap { TaskID($0) }
        var detail: [String: String] = [:]
        let kind: Event.Kind
        switch entry.type {
        case .logBegun: kind = .logBegun
        case .configChanged:
            kind = .configurationChanged
            configuration = entry.digest(.sha256)
            detail["sha256"] = configuration?.description
        case .archiveSealed:
            kind = .archiveSealed
            detail = Self.detail(entry, ["archive": .archive, "bytes": .bytes, "recordings": .recordings])
            detail["sha256"] = entry.digest(.sha256)?.description
        case .damageFound where entry.text(.detail) != LoggedArchive.leftSpool:
            kind = .damageFound
            detail = Self.detail(entry, ["archive": .archive, "recordings": .recordings])
        case .recordingReplaced where entry.text(.detail) != LoggedArchive.leftSpool:
            kind = .recordingReplaced
            detail = Self.detail(entry, ["archive": .archive])
        case .dayClosed:
            kind = .dayClosed
            detail = Self.detail(entry, ["day": .day, "archived": .recordings, "explained": .gaps])
            takeClosing(entry, folder)
        case .dayReopened:
            kind = .dayReopened
            detail = Self.detail(entry, ["day": .day])
            if let day = entry.text(.day).flatMap({ ArchiveDay($0) }) { days[day]?.isReopened = true }
        case .gapExplained, .lossExplained:
            kind = .gapExplained
            detail = takeStatement(entry, task, folder)
        case .explanationWithdrawn:
            kind = .explanationWithdrawn
            let path = entry.text(.path)
            if path != nil { detail["reason"] = "suspect" }
            takeWithdrawal(task, path)
        case .audioAccessed:
            kind = .audioAccessed
            detail = Self.detail(entry, ["how": .how, "reason": .reason, "case": .caseName])
        default: return
        }
        events.append(
            Event(
                time: entry.time,
                kind: kind,
                organization: entry.organization,
                task: task,
                detail: detail,
                by: entry.actor
            )
        )
    }

    private static func detail(_ entry: LogEntry, _ keywords: [String: LogKeyword]) -> [String: String] {
        keywords.compactMapValues { keyword in entry.text(keyword) ?? entry.number(keyword).map { String($0) } }
    }

    private mutating func takeClosing(_ entry: LogEntry, _ folder: LogFolder) {
        guard let object = object(.record, of: entry, folder) else { return }
        guard let record = try? DayClose(json: object) else { return remark("the record of a day", entry) }
        days[record.day] = ReplayedDay(record: record, isReopened: false)
    }

    /// - Returns: the details of the event.
    private mutating func takeStatement(
        _ entry: LogEntry,
        _ task: TaskID?,
        _ folder: LogFolder
    ) -> [String: String] {
        var detail = Self.detail(entry, ["reason": .reason])
        if let note = object(.note, of: entry, folder) { detail["note"] = String(decoding: note, as: UTF8.self) }
        guard let task, let bytes = object(.object, of: entry, folder) else { return detail }
        guard let explained = try? ExplainedObject(json: bytes) else {
            remark("what was explained", entry)
            return detail
        }
        if let suspect = explained.suspects?.first {
            statements[Self.key(task, entry.text(.path))] = .acknowledged(suspect)
        } else if let gaps = explained.gaps {
            statements[Self.key(task, nil)] = .explained(gaps)
            detail["gaps"] = gaps.map(\.reason.rawValue).joined(separator: ",")
        }
        return detail
    }

    private mutating func takeWithdrawal(_ task: TaskID?, _ path: String?) {
        guard let task else { return }
        statements[Self.key(task, path)] = path.map { .unacknowledged(task, path: $0) } ?? .unexplained(task)
    }

    private static func key(_ task: TaskID, _ path: String?) -> String { "\(task) \(path ?? "")" }

    private mutating func object(_ keyword: LogKeyword, of entry: LogEntry, _ folder: LogFolder) -> [UInt8]? {
        guard let digest = entry.digest(keyword) else { return nil }
        for epoch in folder.epochs {
            if let bytes = try? epoch.objectBytes(digest) { return bytes }
        }
        remark("what an entry names", entry)
        return nil
    }

    private mutating func remark(_ what: String, _ entry: LogEntry) {
        remarks.append(
            "\(entry.type.rawValue) of \(entry.time) in the evidence log: \(what) is missing, was changed or cannot be read"
        )
    }
}
