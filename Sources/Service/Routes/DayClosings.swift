import Archiver
import Evidence
import Files
import Logging
import Manifest
import Recordings
import Wiring

/// When a day was closed and opened again, by the evidence log: each time with the number of the entry.
struct DayClosings: Sendable {
    let installation: Installation

    /// What happened to a day once.
    struct Line: Encodable, Sendable {
        /// `day.closed` or `day.reopened`.
        var type: String
        var time: Timestamp
        /// The number of the entry; `nil` if the log does not have it, or cannot be read there.
        var leaf: Int64?
        /// Whether a checkpoint has the entry, so that it can be proven.
        var isPublished = false
        /// The SHA-256 of the statement; `nil` if the day was opened again.
        var record: ContentDigest?
        var recordings: Int64?
        var gaps: Int64?

        private enum CodingKeys: String, CodingKey {
            case type, time, leaf, published, sha256, recordings, gaps
        }

        func encode(to encoder: any Encoder) throws {
            var line = encoder.container(keyedBy: CodingKeys.self)
            try line.encode(type, forKey: .type)
            try line.encode(time.description, forKey: .time)
            try line.encode(leaf, forKey: .leaf)
            try line.encode(isPublished, forKey: .published)
            try line.encode(record, forKey: .sha256)
            try line.encode(recordings, forKey: .recordings)
            try line.encode(gaps, forKey: .gaps)
        }
    }

    /// How many are looked up in the log at most: the last ones. The others are shown without their numbers.
    private static let mostLookups = 10

    /// Everything that happened to a day, oldest first.
    func lines(of day: ArchiveDay, _ name: OrganizationName, _ manifest: Manifest) async throws -> [Line] {
        let acts = try await manifest.closings(name, day: day).map { event in
            Line(
                type: (event.kind == .dayClosed ? LogEntryType.dayClosed : .dayReopened).rawValue,
                time: event.time
            )
        }
        let folder = LogFolder(name, in: installation.root.logsPath)
        let keyFile = installation.evidence.setup.keyFile
        guard !acts.isEmpty, folder.exists else { return acts }
        let found = await BlockingWork.run { _ throws(Never) in
            Self.numbered(acts, of: day) { try LogEpochs(of: name, in: folder, keyFile: keyFile) }
        }
        if let fault = found.fault {
            installation.logger.warning(
                "entries of a day cannot be found in the evidence log",
                metadata: ["fault": "\(fault)"]
            )
        }
        return found.lines
    }

    /// The lines with what their entries say. What is wrong with the log keeps nobody from seeing the day.
    private static func numbered(
        _ acts: [Line],
        of day: ArchiveDay,
        in epochs: () throws -> LogEpochs
    ) -> (lines: [Line], fault: String?) {
        var (lines, fault) = (acts, String?.none)
        do {
            let entries = DayEntries(try epochs())
            for place in lines.indices.suffix(mostLookups) {
                guard let type = LogEntryType(rawValue: lines[place].type) else { continue }
                do {
                    guard let found = try entries.find(type, of: day, at: lines[place].time) else { continue }
                    lines[place].leaf = found.place.index
                    lines[place].isPublished = found.place.isPublished
                    lines[place].record = found.entry.digest(.record)
                    lines[place].recordings = found.entry.number(.recordings)
                    lines[place].gaps = found.entry.number(.gaps)
                } catch {
                    fault = "\(error)"
                }
            }
        } catch {
            fault = "\(error)"
        }
        return (lines, fault)
    }

    /// The proof of the statement with which a day was closed last.
    /// - Throws: a ``Problem`` with status 404 if there is none, or the log does not have it; 409 if no checkpoint has it yet.
    func proof(of day: ArchiveDay, _ name: OrganizationName, _ manifest: Manifest) async throws -> ProofAnswer {
        let unknown = Problem.notFound("the evidence log has no statement about this day", code: "not_logged")
        guard let event = try await manifest.closings(name, day: day).last(where: { $0.kind == .dayClosed }) else {
            throw unknown
        }
        let folder = LogFolder(name, in: installation.root.logsPath)
        let keyFile = installation.evidence.setup.keyFile
        let proof = try await BlockingWork.run { _ throws(any Error) in
            guard folder.exists else { throw unknown }
            let entries = DayEntries(try LogEpochs(of: name, in: folder, keyFile: keyFile))
            guard let found = try entries.find(.dayClosed, of: day, at: event.time) else { throw unknown }
            guard found.place.isPublished else { throw ProofAnswer.notPublished }
            return try RecordingProof(found.place)
        }
        let statement = try await manifest.dayCloses(name, days: day...day).first?.record.json
        return ProofAnswer(
            organization: name,
            proof: proof,
            name: "\(name)-\(day)-closed",
            statement: statement.map { String(decoding: $0, as: UTF8.self) }
        )
    }
}
