import Evidence
import Manifest
import Recordings

/// A case that is being written: its folder, and what its pages say.
struct CaseDraft: Sendable {
    var folder: CaseFolder
    let request: CaseRequest
    var calls: [CaseCall] = []
    var keys: [CaseOutcome.Key] = []
    /// The last thing that the logs say about the days of the calls, by organization and day.
    private var days: [String: DayStatement] = [:]
    /// The states of the logs that anchors have received.
    var anchors: [AnchorStatement] = []
    /// What is in the case and not proven.
    var unproven: [String] = []
    var remarks: [String] = []
    /// Whether entries of more than one epoch of a log are in the case, so that their numbers alone say too little.
    var hasEpochs = false

    /// Whether the last thing that a log says about a day is that it is complete.
    struct DayStatement: Sendable {
        var organization: OrganizationName
        var day: String
        /// How many recordings the day had, and how many explained gaps; `nil` if it is not closed.
        var closed: (recordings: Int64, gaps: Int64)?
        /// When the log noted it; `nil` if it says nothing.
        var time: Timestamp?
        var place: CaseCall.Entry?
    }

    /// A state of a log that an anchor has received.
    struct AnchorStatement: Sendable {
        var organization: OrganizationName
        var name: String
        var kind: AnchorToken.Kind?
        /// The number of entries of the state.
        var size: Int64
        /// When the log noted it.
        var time: Timestamp
    }

    init(folder: CaseFolder, request: CaseRequest) {
        self.folder = folder
        self.request = request
    }

    /// Adds what a log says about days and anchors. Call it after its evidence is written, which finds the lost tokens.
    mutating func note(_ evidence: CaseEvidence, of organization: OrganizationName) {
        for act in evidence.acts where [.dayClosed, .dayReopened].contains(act.entry.type) {
            let (entry, day) = (act.entry, act.entry.text(.day) ?? "")
            let (key, place) = (Self.key(organization, day), CaseCall.Entry(act.leaf, in: evidence.reader.position))
            // A newer epoch was read before. Times do not show the order, because the clock may have been set back.
            if let known = days[key]?.place, known.epoch != place.epoch { continue }
            let figures = (entry.number(.recordings) ?? 0, entry.number(.gaps) ?? 0)
            days[key] = DayStatement(
                organization: organization,
                day: day,
                closed: entry.type == .dayClosed ? figures : nil,
                time: entry.time,
                place: place
            )
        }
        let leaves = evidence.stored.values.joined().map(\.leaf)
        for token in evidence.anchors(covering: leaves).values.joined().sorted(by: { $0.leaf < $1.leaf })
        where !evidence.lostTokens.contains(token.leaf) {
            anchors.append(
                AnchorStatement(
                    organization: organization,
                    name: token.entry.text(.file)?.split(separator: "/").last.map(String.init) ?? "",
                    kind: token.entry.text(.kind).flatMap { AnchorToken.Kind(rawValue: $0) },
                    size: token.entry.number(.size) ?? 0,
                    time: token.entry.time
                )
            )
        }
    }

    /// What is known of each day that has a call of the case.
    var dayStatements: [DayStatement] {
        var statements: [DayStatement] = []
        var seen: Set<String> = []
        for row in calls.map(\.row) where seen.insert(Self.key(row.organization, row.day.description)).inserted {
            let day = row.day.description
            let known = days[Self.key(row.organization, day)]
            statements.append(known ?? DayStatement(organization: row.organization, day: day))
        }
        return statements
    }

    private static func key(_ organization: OrganizationName, _ day: String) -> String { "\(organization) \(day)" }

    /// The outcome of the export so far.
    var outcome: CaseOutcome {
        let files = calls.flatMap(\.files)
        let known = calls.filter { $0.row.state == .damaged && $0.damage.isEmpty }
            .map { "task \($0.row.taskID): \($0.lacks.joined(separator: "; "))" }
        return CaseOutcome(
            path: folder.path,
            calls: calls.count,
            recordings: files.count,
            byteCount: files.map(\.held.byteCount).reduce(0, +),
            missing: calls.count { [.missing, .pending].contains($0.row.state) },
            explained: calls.count { $0.row.state == .explained },
            damage: calls.flatMap(\.damage) + known,
            unproven: unproven,
            remarks: remarks,
            keys: keys
        )
    }
}
