import Reports
import Anchors
import ArgumentParser
import Evidence
import Files
import Foundation
import Recordings
import Settings
import Wiring

struct LogAnchorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "anchor",
        abstract: "Send the newest checkpoint to the anchors, so that no one can sign another history later.",
        discussion: """
            Publishes what is accepted, gives the checkpoint to everybody in evidence.anchors, checks what they answer, \
            and keeps it with the log. Each pass does the same at its end. The exit code is 69 if one could not be \
            reached or refused, and 65 if an answer does not verify.

            With a witness that is not on the network, files are exchanged by hand: --request writes what its operator \
            signs with `callark witness sign`, and --reply takes what comes back. The first time, before the witness has \
            a key that could be configured, leave --witness out. If the operator says that another checkpoint was signed \
            last, write the request again with --from.

            EXAMPLES
              callark log anchor
              # what a new witness signs first
              callark log anchor --org acme --request r.txt
              # what one that is configured signs next
              callark log anchor --witness audit --request r.txt
              callark log anchor --witness audit --request r.txt \\
                --reply r.txt.cosig
            """
    )

    @OptionGroup var common: CommonOptions

    @Option(help: "Only the log of this organization.", transform: OrganizationName.init(argument:))
    var org: OrganizationName?

    @Option(help: "The witness of evidence.anchors with whom files are exchanged.")
    var witness: String?

    @Option(help: "The file for the witness to sign; written, or read if --reply is given.", completion: .file())
    var request: String?

    @Option(help: "The file that the witness has made.", completion: .file())
    var reply: String?

    @Option(help: "The number of entries that the witness has signed last.", transform: WholeNumber.within(0...(.max)))
    var from: Int?

    func validate() throws {
        if witness != nil && request == nil {
            throw ValidationError("files are exchanged with one witness: add --request")
        }
        if reply != nil && (request == nil || witness == nil) {
            throw ValidationError("--reply answers a request, by one witness: give --request and --witness")
        }
        if from != nil && (request == nil || reply != nil) {
            throw ValidationError("--from is about a request that is written: add --request, and no --reply")
        }
    }

    func run() async throws {
        let installation = try Installation(common, needsSecrets: false)
        let output = Output(json: common.json)
        defer { output.flush() }
        if let request {
            try exchange(request, installation, output)
        } else {
            try await anchor(installation, output)
        }
    }

    private func anchor(_ installation: Installation, _ output: Output) async throws {
        let anchors = try installation.anchors
        guard !anchors.isEmpty else {
            throw CommandError(
                .configuration,
                "\(installation.loaded.path) has no anchors; add some to evidence.anchors"
            )
        }
        let names = try installation.organizations(named: org.map { [$0] } ?? [])
        var (summary, statuses) = (Summary(), [ExitStatus]())
        try await installation.withEngine { engine in
            for name in names {
                guard let log = try installation.evidenceLog(of: name) else {
                    output.text("\(name): no log yet")
                    continue
                }
                let anchoring = Anchoring(log, anchors: anchors, exchange: engine, actor: installation.actor)
                for outcome in try await anchoring.run() {
                    summary.anchors += 1
                    if let failure = outcome.failure {
                        summary.failed += 1
                        statuses.append(ExitStatus(failure as any Error))
                    }
                    try output.json(Line(name, outcome))
                    output.text(Self.text(name, outcome, in: installation.timeZone))
                }
            }
        }
        for anchor in anchors where anchor.isReachedByHand {
            output.text("\(anchor.name): reached by hand, with --witness \(anchor.name) --request FILE")
        }
        try output.json(summary)
        if !statuses.isEmpty { throw ExitCode(ExitStatus.worst(statuses).rawValue) }
    }

    private static func text(_ name: OrganizationName, _ outcome: AnchorOutcome, in zone: TimeZone) -> String {
        let anchor = "\(name): \(outcome.anchor.name) (\(outcome.anchor.kind.rawValue))"
        return switch outcome.result {
        case .success(let time): "\(anchor): has seen \(outcome.size) entries, at \(time.text(in: zone))"
        case .failure(let error): "\(anchor): FAILED: \(error)"
        }
    }

    // MARK: - By hand

    private func exchange(_ request: String, _ installation: Installation, _ output: Output) throws {
        let organization = try installation.organization(named: org).name
        let anchor = try witness.map { try Self.witness($0, installation) }
        guard let log = try installation.evidenceLog(of: organization) else {
            throw CommandError(.incomplete, "\(organization) has no evidence log yet; the next pass begins it")
        }
        if let reply, let anchor {
            try take(reply, to: request, log, anchor.anchor, anchor.key, by: installation.actor, output)
            try output.json(Summary(anchors: 1, failed: 0))
        } else {
            try write(request, log, anchor?.anchor, output)
            try output.json(Summary())
        }
    }

    private static func witness(_ name: String, _ installation: Installation) throws -> (
        anchor: Anchor, key: WitnessKey
    ) {
        let found = try installation.anchors.first { $0.name == name }
        guard let anchor = found, case .witness(_, let key) = anchor.kind else {
            throw CommandError(.unknown, "evidence.anchors has no witness called \(name)")
        }
        return (anchor, key)
    }

    private func write(_ path: String, _ log: EvidenceLog, _ anchor: Anchor?, _ output: Output) throws {
        let state = try log.stateToAnchor()
        let known = try anchor.flatMap { try AnchorStanding.all(of: [$0], in: log.folder).first }
        let seen = known?.newest?.size ?? 0
        let old = from.map(Int64.init) ?? seen
        let request = try AddCheckpoint(state, from: old)
        try FileReplacement.ofUser(path).write(request.bytes)
        try output.json(
            RequestLine(
                organization: log.organization,
                path: path,
                origin: state.position.origin,
                from: old,
                size: state.position.size
            )
        )
        output.text(
            "\(path): \(state.position.size) entries of \(state.position.origin), which go on from \(old); let the witness run "
                + "`callark witness sign`, and take the answer with --reply"
        )
    }

    private func take(
        _ reply: String,
        to request: String,
        _ log: EvidenceLog,
        _ anchor: Anchor,
        _ key: WitnessKey,
        by actor: Actor,
        _ output: Output
    ) throws {
        let asked: AddCheckpoint
        let cosignature: Cosignature
        do {
            asked = try AddCheckpoint(Self.bytes(of: request))
            cosignature = try Cosignature(Self.bytes(of: reply), of: asked.checkpoint, by: key)
        } catch let fault as NoteFault {
            throw CommandError(.damage, "\(reply): \(fault)")
        }
        let now = Timestamp(Date())
        try AnchorError.requirePast(cosignature.time, of: anchor.name, now: now)
        let state = try log.state(of: asked.checkpoint)
        let token = AnchorToken(.witness, name: anchor.name, Array(cosignature.line.utf8), key: key)
        try log.keep(token, of: state, by: actor, now: now)
        let outcome = AnchorOutcome(
            anchor: anchor.identity,
            size: state.position.size,
            result: .success(cosignature.time)
        )
        try output.json(Line(log.organization, outcome))
        output.text("\(anchor.name) has seen \(state.position.size) entries of \(state.position.origin)")
    }

    private static func bytes(of path: String) throws -> [UInt8] {
        do {
            return try FileContents(path: path, limit: 1 << 20).bytes
        } catch {
            throw CommandError(.inputOutput, "cannot read \(path): \(error.reason)")
        }
    }

    private struct Line: Encodable {
        let type = "anchor"
        var organization: OrganizationName
        var name: String
        var kind: String
        var size: Int64
        var time: String?
        var error: String?

        init(_ organization: OrganizationName, _ outcome: AnchorOutcome) {
            self.organization = organization
            name = outcome.anchor.name
            kind = outcome.anchor.kind.rawValue
            size = outcome.size
            time = (try? outcome.result.get())?.description
            error = outcome.failure?.description
        }
    }

    /// What a witness is to sign.
    private struct RequestLine: Encodable {
        let type = "request"
        var organization: OrganizationName
        var path: String
        var origin: String
        var from: Int64
        var size: Int64
    }

    private struct Summary: Encodable {
        let type = "summary"
        var anchors = 0
        var failed = 0
    }
}
