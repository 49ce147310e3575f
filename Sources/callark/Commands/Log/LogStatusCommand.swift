import Reports
import Anchors
import ArgumentParser
import Evidence
import Files
import Foundation
import Recordings
import Settings
import Wiring

struct LogStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show how long each evidence log is, how old its checkpoint, and what could still be changed.",
        discussion: """
            Reads the newest checkpoint and checks its signature; `callark log verify` checks everything.

            EXAMPLES
              callark log status
              callark log status --org acme --json
            """
    )

    @OptionGroup var common: CommonOptions

    @Option(help: "Only the log of this organization.", transform: OrganizationName.init(argument:))
    var org: OrganizationName?

    func run() async throws {
        let installation = try Installation(common, needsSecrets: false)
        let output = Output(json: common.json)
        defer { output.flush() }
        var summary = Summary()
        var statuses: [ExitStatus] = []
        for log in try LogAccess.all(org.map { [$0] } ?? [], in: installation) {
            summary.organizations += 1
            guard log.folder.exists else {
                try output.json(Line(organization: log.organization, exists: false))
                output.text("\(log.organization): no log yet")
                continue
            }
            do {
                let reader = try LogReader(log.folder, key: log.confirmedKey)
                let line = try Line(
                    log,
                    reader,
                    try installation.anchorStandings(of: log.organization),
                    lock: installation.settings.vault?.lock,
                    now: installation.now
                )
                summary.logs += 1
                summary.entries += line.size ?? 0
                try output.json(line)
                for text in line.text(in: installation.timeZone) { output.text(text) }
                for fault in log.contradictions(at: reader.position) {
                    statuses.append(.damage)
                    try output.json(FaultLine(log.organization, path: fault.path, reason: fault.reason))
                    output.text("  \(fault)")
                }
            } catch let error as EvidenceError {
                statuses.append(ExitStatus(error as any Error))
                try output.json(FaultLine(log.organization, path: error.path, reason: error.description))
                output.text("\(log.organization): \(error)")
            }
        }
        try output.json(summary)
        if let worst = statuses.isEmpty ? nil : ExitStatus.worst(statuses) { throw ExitCode(worst.rawValue) }
    }

    private struct Summary: Encodable {
        let type = "summary"
        var organizations = 0
        var logs = 0
        var entries: Int64 = 0
    }

    private struct Line: Encodable {
        let type = "log"
        var organization: OrganizationName
        var exists: Bool
        var origin: String?
        var size: Int64?
        var root: String?
        /// Entries that are not in a checkpoint yet.
        var accepted: Int?
        var checkpointTime: String?
        /// The fingerprint of the public key.
        var fingerprint: String?
        /// Whether the key is the one in this installation's key file.
        var keyConfirmed: Bool?
        var anchors: Int?
        /// The number of entries in the newest state with a time stamp or a cosignature of a witness.
        var anchoredSize: Int64?
        private var exposure: LogExposure?
        /// The last state that each configured anchor saw.
        var newestAnchors: [SeenLine]?
        private var changed: Timestamp?
        private var now: Timestamp?

        init(organization: OrganizationName, exists: Bool) {
            self.organization = organization
            self.exists = exists
        }

        /// - Parameter lock: of the vault that the log is copied to; `nil` if there is none.
        init(
            _ log: LogAccess,
            _ reader: LogReader,
            _ standings: [AnchorStanding],
            lock: VaultLock?,
            now: Timestamp
        ) throws {
            self.init(organization: log.organization, exists: true)
            origin = reader.position.origin
            size = reader.position.size
            root = reader.position.root.base64
            accepted = try reader.acceptedEntries().count
            fingerprint = reader.key.fingerprint
            keyConfirmed = log.confirmedKey != nil
            anchors = try log.folder.anchoredSizes().count
            anchoredSize = try log.folder.newestAnchoredSize(by: [.timestamp, .witness], within: reader.position.size)
            exposure = try LogExposure(of: log.folder, size: reader.position.size, lock: lock)
            newestAnchors = standings.map { SeenLine($0, now: now) }
            let attributes = try? FileManager.default.attributesOfItem(atPath: log.folder.checkpointPath)
            changed = (attributes?[.modificationDate] as? Date).map { Timestamp($0) }
            checkpointTime = changed?.description
            self.now = now
        }

        func text(in zone: TimeZone) -> [String] {
            guard let origin, let size, let root, let fingerprint, let accepted else { return [] }
            let since = changed.map { ", signed \($0.text(in: zone))" } ?? ""
            let confirmed = keyConfirmed == true ? "the key of this installation" : "not confirmed by a key file"
            return [
                "\(organization): \(size) entries in the checkpoint of \(origin)\(since)",
                "  root \(root)",
                "  key \(fingerprint) (\(confirmed))",
                "  \(accepted) more accepted and in no checkpoint yet",
            ]
                + (newestAnchors ?? []).map { "  \($0.text(in: zone))" }
                + (exposure.map { ["  \($0.text(entries: size + Int64(accepted)))"] } ?? [])
        }

        enum CodingKeys: String, CodingKey {
            case type, organization, exists, origin, size, root, accepted, fingerprint, anchors
            case checkpointTime = "checkpoint_time"
            case keyConfirmed = "key_confirmed"
            case anchoredSize = "anchored_size"
            case newestAnchors = "newest_anchors"
        }
    }
}

/// The last state of an evidence log that an anchor saw.
private struct SeenLine: Encodable {
    var name: String
    var kind: String
    var size: Int64?
    var time: String?
    var ageSeconds: Int64?
    private var seen: Timestamp?

    init(_ standing: AnchorStanding, now: Timestamp) {
        name = standing.anchor.name
        kind = standing.anchor.kind.rawValue
        size = standing.newest?.size
        seen = standing.newest?.time
        time = seen?.description
        ageSeconds = seen.map { (now - $0).components.seconds }
    }

    func text(in zone: TimeZone) -> String {
        guard let size, let seen, let ageSeconds else { return "anchor \(name) (\(kind)): has seen no checkpoint yet" }
        let age = Readable.duration(.seconds(max(0, ageSeconds)))
        return "anchor \(name) (\(kind)): has seen \(size) entries, at \(seen.text(in: zone)), \(age) ago"
    }

    enum CodingKeys: String, CodingKey {
        case name, kind, size, time
        case ageSeconds = "age_seconds"
    }
}

/// A fault of an evidence log.
struct FaultLine: Encodable {
    let type = "fault"
    var organization: OrganizationName
    var path: String
    var reason: String

    init(_ organization: OrganizationName, path: String, reason: String) {
        self.organization = organization
        self.path = path
        self.reason = reason
    }
}
