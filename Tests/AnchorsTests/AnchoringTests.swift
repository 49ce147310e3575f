import Evidence
import Foundation
import Recordings
import TestSupport
import Testing
import Transfer

@testable import Anchors

/// Giving checkpoints to all anchors: the answers are kept with the log, logged in it, and verified offline.
@Suite struct `Anchoring a log` {
    /// Anchors of every kind.
    private struct All {
        let authority: LocalAuthority
        let server: RawServer
        let witness: PythonWitness
        let anchors: [Anchor]

        init(_ desk: Desk) throws {
            authority = try LocalAuthority()
            server = try authority.serve()
            witness = try PythonWitness(of: desk.log)
            anchors = [
                Anchor("tsa", .timestamp(url: server.url("/"), certificates: try authority.certificates)),
                Anchor("audit", .witness(url: witness.url, key: witness.key)),
                Anchor(
                    "copy",
                    .command([
                        "sh", "-c", "cat > \(desk.folder.path)/copy; echo done; echo ${CALLARK_TEST_PYTHON-none}",
                    ])
                ),
            ]
        }
    }

    private func size(_ outcome: AnchorOutcome) -> Int64? { outcome.failure == nil ? outcome.size : nil }

    @Test func `gives the newest checkpoint to each, keeps what they give, and notes it`() async throws {
        let desk = try Desk()
        let all = try All(desk)
        defer { all.server.stop() }
        try desk.grow()
        let outcomes = try await desk.anchoring(all.anchors).run()
        #expect(outcomes.map(size) == [22, 22, 22], "\(outcomes.map(\.failure))")
        let state = try desk.log.stateToAnchor()
        #expect(state.position.size == 25, "each token is an entry, which the next state has")
        let folder = desk.log.folder
        let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/anchors/22").sorted()
        #expect(names == ["audit.cosig", "checkpoint", "copy.json", "tsa.tsq", "tsa.tsr"])
        let sent = try folder.checkpointBytes(ofAnchoredSize: 22)
        #expect([UInt8](try Data(contentsOf: URL(filePath: "\(desk.folder.path)/copy"))) == sent)
        let record = try #require(CommandRecord(folder.bytes(of: .init(size: 22, kind: .command, name: "copy"))))
        #expect(record.output == "done\nnone\n" && record.exit == 0, "Callark's own variables are not the command's")
        #expect(desk.faults(all.anchors) == [])
        let report = LogVerification(folder, key: desk.log.key).report()
        #expect(Set(report.anchors.map(\.place.name)) == ["tsa", "audit", "copy"] && report.objects == 1)
        // Without the configuration, what the log names is enough, and is counted as such.
        let findings = AnchorVerification(folder, anchors: []).findings(logged: report.anchors)
        #expect(findings.faults == [] && findings.unconfirmed == 2)
        #expect(findings.counts == [.timestamp: 1, .witness: 1, .command: 1])
    }

    @Test func `puts a cosignature below the checkpoint, so that proofs have it`() async throws {
        let desk = try Desk()
        let witness = try PythonWitness(of: desk.log)
        let anchors = [Anchor("audit", .witness(url: witness.url, key: witness.key))]
        _ = try await desk.anchoring(anchors).run()
        let proof = try LogReader(desk.log.folder, key: desk.log.key).proof(of: 3)
        let path = try desk.folder.put("note", proof.checkpoint)
        let check = ["-B", Judge.path("witness.py"), "check", path, witness.key.description]
        #expect(try Tool.run(Judge.python, check).status == 0)
        try desk.grow()
        #expect(try desk.log.fold().size == 23)
    }

    @Test func `is due when something happened, or when a day has nearly passed`() async throws {
        let desk = try Desk()
        let anchors = [Anchor("copy", .command(["true"]))]
        let start = Timestamp(Date())
        let anchoring = try await desk.anchoring(anchors) { start }
        #expect(try await anchoring.runIfDue()?.count == 1)
        #expect(try await anchoring.runIfDue() == nil, "only its own entry was added")
        try desk.grow()
        #expect(try await anchoring.runIfDue()?.count == 1)
        let hours: [(Int, Bool)] = [(19, false), (21, true)]
        for (count, isDue) in hours {
            let later = try await desk.anchoring(anchors) { start + .hours(count) }
            let outcomes = try await later.runIfDue()
            #expect((outcomes != nil) == isDue)
        }
        #expect(try await desk.anchoring([]).runIfDue() == nil)
    }

    @Test func `continues when one of them fails, and asks it again the next time`() async throws {
        let desk = try Desk()
        let all = try All(desk)
        all.server.stop()
        let refusing = try answering { _, _ in (500, []) }
        defer { refusing.stop() }
        let trusted = try all.authority.certificates
        let anchors =
            [
                Anchor("gone", .timestamp(url: all.server.url("/"), certificates: trusted)),
                Anchor("broken", .timestamp(url: refusing.url("/"), certificates: trusted)),
            ] + all.anchors.dropFirst()
        let outcomes = try await desk.anchoring(anchors).run()
        #expect(outcomes.map { $0.failure?.code } == [.unavailable, .unavailable, nil, nil])
        let again = try await desk.anchoring(anchors).runIfDue()
        #expect(again?.count == 4)
        let standings = try AnchorStanding.all(of: anchors, in: desk.log.folder)
        #expect(standings.map { $0.newest?.size } == [nil, nil, 23, 23])
        #expect(desk.faults(anchors) == [])
    }

    @Test func `keeps nothing of an answer that does not hold`() async throws {
        let desk = try Desk()
        let (authority, stranger) = (try LocalAuthority(), try LocalAuthority())
        let server = try stranger.serve()
        defer { server.stop() }
        let other = try answering { _, _ in (200, try authority.reply(to: TimeStampRequest(for: [1]).bytes)) }
        defer { other.stop() }
        let garbage = try answering { _, _ in (200, Array("<html>".utf8)) }
        defer { garbage.stop() }
        // An authority whose clock is two days ahead.
        let fast = try answering { _, body in (200, try authority.reply(to: body)) }
        defer { fast.stop() }
        let trusted = try authority.certificates
        let early = try await desk.anchoring([Anchor("fast", .timestamp(url: fast.url("/"), certificates: trusted))]) {
            Timestamp(Date()) - .hours(48)
        }
        #expect(try await early.run().map { $0.failure?.code } == [.unsound])
        let anchors = [server, other, garbage].enumerated().map {
            Anchor("tsa-\($0.offset)", .timestamp(url: $0.element.url("/"), certificates: trusted))
        }
        let outcomes = try await desk.anchoring(anchors).run()
        #expect(outcomes.map { $0.failure?.code } == [.unsound, .unsound, .unsound])
        #expect(try desk.log.folder.anchoredSizes() == [])
        #expect(try desk.log.fold().size == 21)
    }

    @Test func `waits no longer for a command than it may, and says what it said`() async throws {
        let desk = try Desk()
        let anchors = [
            Anchor("slow", .command(["sh", "-c", "sleep 600 & sleep 600"])),
            Anchor("sorry", .command(["sh", "-c", "cat > /dev/null; echo no paper >&2; exit 3"])),
            Anchor("missing", .command(["/nowhere/program"])),
            Anchor("loud", .command(["sh", "-c", "yes | head -c 1000000"])),
            Anchor("deaf", .command(["true"])),
            Anchor("killed", .command(["sh", "-c", "kill -9 $$"])),
            // It leaves a process behind whose output never ends.
            Anchor("behind", .command(["sh", "-c", "yes & exit 0"])),
        ]
        var patience = Desk.patience
        patience.command = .seconds(5)
        let started = ContinuousClock.now
        let outcomes = try await desk.anchoring(anchors, patience).run()
        #expect(ContinuousClock.now - started < .seconds(120))
        #expect(outcomes.map { $0.failure == nil } == [false, false, false, true, true, false, true])
        #expect(outcomes[0].failure?.description.contains("did not end within 5 s") == true)
        #expect(outcomes[1].failure?.description == "the command sorry: it ended with status 3: no paper")
        #expect(outcomes[5].failure?.description.contains("status 137") == true)
        let loud = try desk.log.folder.bytes(of: .init(size: 21, kind: .command, name: "loud"))
        #expect(loud.count < 64 << 10 && CommandRecord(loud) != nil)
        #expect(desk.faults(anchors) == [])
    }

    @Test func `by several processes or threads at once keeps one token of each`() async throws {
        let desk = try Desk()
        let all = try All(desk)
        defer { all.server.stop() }
        let runs = try await withThrowingTaskGroup(of: [AnchorOutcome].self) { group in
            for _ in 0..<6 {
                let anchoring = try await desk.anchoring(all.anchors)
                group.addTask { try await anchoring.run() }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(runs.allSatisfy { $0.allSatisfy { $0.failure == nil } }, "\(runs.flatMap { $0.compactMap(\.failure) })")
        try desk.log.fold()
        #expect(desk.faults(all.anchors) == [])
    }

    @Test func `after a crash between a token and its entry is sound, and continues`() async throws {
        let desk = try Desk()
        let all = try All(desk)
        defer { all.server.stop() }
        _ = try await desk.anchoring(all.anchors).run()
        // As if the process had died before it logged the tokens: the old log, and the new files.
        try FileManager.default.removeItem(atPath: "\(desk.log.folder.path)/tail")
        try Data("{\"start\":21}\n".utf8).write(to: URL(filePath: "\(desk.log.folder.path)/tail"))
        try FileManager.default.createDirectory(
            atPath: "\(desk.log.folder.path)/anchors/.next",
            withIntermediateDirectories: true
        )
        let log = try #require(
            try EvidenceLog.openExisting(
                EvidenceLog.Place(
                    logs: "\(desk.folder.path)/log",
                    organization: desk.organization,
                    keyFile: LogKeyFile(path: "\(desk.folder.path)/keys/log.key"),
                    origin: "",
                    actor: Desk.actor
                )
            )
        )
        #expect(desk.faults(all.anchors) == [])
        let anchoring = Anchoring(log, anchors: all.anchors, exchange: try Desk.engine(), actor: Desk.actor)
        #expect(try await anchoring.run().map(size) == [21, 21, 21])
        try log.append([])
        try log.fold()
        #expect(desk.faults(all.anchors) == [])
    }

    @Test func `finds each byte of what anchors gave that is changed later`() async throws {
        let desk = try Desk()
        let all = try All(desk)
        defer { all.server.stop() }
        _ = try await desk.anchoring(all.anchors).run()
        try desk.log.fold()
        #expect(desk.faults(all.anchors) == [])
        let base = desk.log.folder.path
        let names = try ["anchors/21", "objects"].flatMap { folder in
            try FileManager.default.contentsOfDirectory(atPath: "\(base)/\(folder)").map { "\(base)/\(folder)/\($0)" }
        }
        #expect(names.count == 6)
        // Of stamps and certificates, which are long, each run takes a third.
        let third = Int.random(in: 0..<3)
        for path in names {
            let whole = [UInt8](try Data(contentsOf: URL(filePath: path)))
            for (place, changed) in whole.changes where whole.count < 500 || place % 3 == third {
                try Desk.overwrite(path, changed)
                #expect(!desk.faults(all.anchors).isEmpty, "byte \(place) of \(path)")
            }
            try FileManager.default.removeItem(atPath: path)
            // Without the request, a stamp is still valid.
            #expect(desk.faults(all.anchors).isEmpty == path.hasSuffix(".tsq"), "\(path) is missing")
            try Data(whole).write(to: URL(filePath: path))
        }
        #expect(desk.faults(all.anchors) == [])
    }

    @Test func `lets a state that was rolled back together with its key's memory be noticed`() async throws {
        let desk = try Desk()
        let copy = "\(desk.folder.path)/before"
        try FileManager.default.copyItem(atPath: desk.log.folder.path, toPath: copy)
        _ = try await desk.anchoring([Anchor("copy", .command(["true"]))]).run()
        let anchors = "\(desk.log.folder.path)/anchors"
        try desk.grow(4)
        _ = try await desk.anchoring([Anchor("copy", .command(["true"]))]).run()
        try FileManager.default.moveItem(atPath: anchors, toPath: "\(copy)/anchors")
        try FileManager.default.removeItem(atPath: desk.log.folder.path)
        try FileManager.default.moveItem(atPath: copy, toPath: desk.log.folder.path)
        #expect(!desk.faults().isEmpty)
    }
}
