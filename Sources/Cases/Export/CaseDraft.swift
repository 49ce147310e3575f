import Evidence
import Manifest
import Recordings

/// A case while it is written: its folder, and what its pages say.
struct CaseDraft: Sendable {
    var folder: CaseFolder
    let request: CaseRequest
    var calls: [CaseCall] = []
    var keys: [CaseOutcome.Key] = []
    /// What the logs say about the days of the calls.
    var days: [DayStatement] = []
    /// The states of the logs that were made known outside.
    var anchors: [AnchorStatement] = []
    var remarks: [String] = []

    /// That a day was closed, or opened again.
    struct DayStatement: Sendable {
        var organization: OrganizationName
        var day: String
        var isClosed: Bool
        var recordings: Int64
        var gaps: Int64
        var time: Timestamp
        var leaf: Int64
    }

    /// That a state was made known outside.
    struct AnchorStatement: Sendable {
        var organization: OrganizationName
        var name: String
        var kind: String
        /// The number of entries of the state.
        var size: Int64
        /// When the log noted it.
        var time: Timestamp
    }

    init(folder: CaseFolder, request: CaseRequest) {
        self.folder = folder
        self.request = request
    }

    /// Takes up what a log says about days and anchors.
    mutating func note(_ evidence: CaseEvidence, of organization: OrganizationName) {
        for act in evidence.acts where [.dayClosed, .dayReopened].contains(act.entry.type) {
            days.append(
                DayStatement(
                    organization: organization,
                    day: act.entry.text(.day) ?? "",
                    isClosed: act.entry.type == .dayClosed,
                    recordings: act.entry.number(.recordings) ?? 0,
                    gaps: act.entry.number(.gaps) ?? 0,
                    time: act.entry.time,
                    leaf: act.leaf
                )
            )
        }
        let leaves = evidence.stored.values.joined().map(\.leaf)
        for token in evidence.anchors(covering: leaves).values.joined().sorted(by: { $0.leaf < $1.leaf }) {
            anchors.append(
                AnchorStatement(
                    organization: organization,
                    name: token.entry.text(.file)?.split(separator: "/").last.map(String.init) ?? "",
                    kind: token.entry.text(.kind) ?? "",
                    size: token.entry.number(.size) ?? 0,
                    time: token.entry.time
                )
            )
        }
    }

    /// - Parameter manifest: the SHA-256 that covers everything.
    func outcome(_ manifest: ContentDigest) -> CaseOutcome {
        let files = calls.flatMap(\.files)
        let gaps = calls.flatMap(\.row.gaps)
        return CaseOutcome(
            path: folder.path,
            manifest: manifest,
            calls: calls.count,
            recordings: files.count,
            byteCount: files.map(\.held.byteCount).reduce(0, +),
            missing: gaps.count { $0.explanation == nil },
            explained: gaps.count { $0.explanation != nil },
            damage: calls.flatMap(\.damage),
            remarks: remarks,
            keys: keys
        )
    }
}
