import Foundation
import Simulator
import Testing

/// The lines that programs read (interface.md, commands).
@Suite struct `Lines of JSON` {
    /// What the interface promises about the summary of `archive`, by the kind of each value.
    static let summary = [
        "type": "text", "organization": "text", "from": "text", "to": "text", "tasks": "object",
        "recordings": "object", "archives": "list", "complete": "boolean",
    ]
    static let counts = [
        "tasks": ["listed", "capture_requested", "not_requested", "undetermined"],
        "recordings": [
            "known", "archived", "stored", "pending", "failed", "gaps", "explained", "unexplained", "suspect",
        ],
    ]
    static let row = [
        "type": "text", "task_id": "text", "recording_id": "text", "organization": "text", "day": "text",
        "call_type": "text", "segment": "boolean", "state": "text", "bytes": "number", "sha256": "text",
        "archive": "text", "offset": "number", "attempts": "number", "reason": "null",
    ]

    @Test func `end with a summary that has what the interface promises`() async throws {
        try await Desk.with { desk in
            let ending = try await desk.run("archive", "--day", desk.day, "--json")
            #expect(ending.status == 0)
            let objects = try ending.objects
            #expect(objects.allSatisfy { $0["type"]?.text != nil })
            let last = try #require(objects.last)
            #expect(last["type"]?.text == "summary")
            for (key, kind) in Self.summary { #expect(last[key]?.kind == kind, "\(key)") }
            for (part, keys) in Self.counts {
                for key in keys { #expect(last[part]?[key]?.kind == "number", "\(part).\(key)") }
            }
            #expect(last["complete"] == .boolean(true))
            let archive = try #require(last["archives"]?.list.first)
            #expect(archive["path"]?.text == (try desk.archives().first))
            #expect(archive["day"]?.text == desk.day)
            #expect(archive["sequence"] == .number(1))
            for key in ["recordings", "bytes"] { #expect(archive[key]?.kind == "number") }
            #expect(archive["sha256"]?.text?.count == 64)
        }
    }

    @Test func `give a row for each recording with every field`() async throws {
        try await Desk.with { desk in
            try await desk.archiveDay()
            let rows = try await desk.run("list", "--json").objects
            let recordings = rows.filter { $0["type"]?.text == "recording" }
            #expect(!recordings.isEmpty)
            for recording in recordings {
                for (key, kind) in Self.row { #expect(recording[key]?.kind == kind, "\(key)") }
                #expect(recording["state"]?.text == "archived")
            }
            #expect(try await desk.archived() == desk.offered)
            #expect(rows.last?["type"]?.text == "summary")
        }
    }

    private static let commands = [
        ["status"], ["verify"], ["verify", "--quick"], ["config", "check"], ["config", "check", "--offline"],
        ["config", "show"], ["list"], ["auth", "status"], ["gaps"], ["events"], ["report", "--day", "today"],
        ["log", "verifier", "-o", "verify.py"], ["keys", "list"], ["log", "status"], ["log", "verify"], ["audit"],
        ["list", "--calls"], ["archive"], ["init"], ["verify", "--repair"], ["backup", "backup"],
        ["rebuild", "--discard-old"],
    ]

    @Test func `come from every command, the last one a summary`() async throws {
        try await Desk.with(calls: 2) { desk in
            try await desk.archiveDay()
            for arguments in Self.commands {
                let ending = try await desk.start(arguments + ["--json"]).end()
                #expect(ending.status == 0, "\(arguments): \(ending.errors)")
                let objects = try ending.objects
                #expect(objects.allSatisfy { $0["type"]?.text != nil }, "\(arguments)")
                #expect(objects.last?["type"]?.text == "summary", "\(arguments)")
                // One thing has one name (docs/vocabulary.md).
                let names = Set(objects.flatMap(\.keys))
                #expect(names.isDisjoint(with: ["ok", "wrong", "wanting"]), "\(arguments)")
            }
        }
    }

    @Test(
        arguments: [
            (["list", "--bogus"], 64), (["lisst"], 64), (["archive", "--day", "never"], 64), (["log", "prove"], 64),
            (["list", "--config", "/nonexistent"], 78), (["list"], 74), (["archive"], 74), (["fetch", "x"], 74),
            (["witness", "sign", "/nonexistent"], 74),
        ] as [([String], Int32)]
    )
    func `say in one summary why a command did not begin`(_ arguments: [String], _ status: Int32) async throws {
        try await Desk.with(calls: 0, hasRoot: false) { desk in
            let ending = try await desk.start(arguments + ["--json"]).end()
            #expect(ending.status == status)
            let objects = try ending.objects
            #expect(objects.map { $0["type"]?.text } == ["summary"])
            #expect(objects.first?["complete"] == .boolean(false))
            #expect(try ending.complaint == "callark: error: \(objects.first?["error"]?.text ?? "")")
        }
    }

    @Test func `come as things happen, however little happens next`() async throws {
        try await Desk.with(calls: 6, mix: .plain) { desk in
            let last = try #require(desk.simulator.servedRecordings().last?.recording.id)
            desk.simulator.inject(FaultRule(.media, .always, .stall(afterBytes: 50, .seconds(60)), pathContains: last))
            let pass = try desk.start("archive", "--day", desk.day, "--json")
            try await eventually("no line came while a download stood still") {
                try pass.outputSoFar().split(separator: "\n").count { $0.contains(#""type":"stored""#) }
                    == desk.offered.count - 1
            }
            #expect(pass.isRunning)
            pass.signal(SIGKILL)
            _ = try await pass.end()
        }
    }

    @Test func `of fetch name the files and where they came from`() async throws {
        try await Desk.with(calls: 4, mix: .plain) { desk in
            let tasks = Array(Set(desk.simulator.servedRecordings().map(\.taskID))).sorted()
            let out = "\(desk.folder)/out"
            // With an empty archive the provider is asked, and the archive has the recording from then on.
            let first = try await desk.run("fetch", tasks[0], "-o", out, "--json")
            #expect(first.status == 0)
            #expect(
                try first.objects.filter { $0["type"]?.text == "file" }.allSatisfy { $0["source"]?.text == "provider" }
            )
            let stored = try await desk.run("fetch", tasks[0], "-o", out, "--json")
            #expect(try stored.objects.first?["source"]?.text == "spool")
            try await desk.archiveDay()
            let ending = try await desk.run("fetch", "-", "-o", out, "--json", input: tasks.joined(separator: "\n"))
            #expect(ending.status == 0)
            let files = try ending.objects.filter { $0["type"]?.text == "file" }
            #expect(files.allSatisfy { $0["source"]?.text == "archive" })
            #expect(files.compactMap { $0["sha256"]?.text }.sorted() == desk.offered)
            for file in files {
                let path = try #require(file["path"]?.text)
                let sum = try await Program.run("sha256sum", [path])
                #expect(sum.output.hasPrefix(try #require(file["sha256"]?.text)))
                #expect(path.hasPrefix("\(out)/\(try #require(file["task_id"]?.text))/"))
            }
        }
    }

    @Test func `show what failed and what is missing, by state, task, day and time`() async throws {
        try await Desk.with(mix: .plain) { desk in
            let served = desk.simulator.servedRecordings()
            let bad = try #require(served.first)
            let late = try #require(served.last).taskID
            try #require(bad.taskID != late)
            desk.simulator.inject(FaultRule(.media, .always, .html200, pathContains: bad.recording.id))
            desk.simulator.holdBackCaptures(of: late, until: desk.simulator.clock.now + .seconds(86_400))
            let ending = try await desk.run("archive", "--day", desk.day)
            #expect(ending.status == 75)
            func rows(_ arguments: String...) async throws -> [[String: JSON]] {
                try await desk.start(["list", "--json"] + arguments).end().objects.dropLast()
            }
            let failed = try await rows("--state", "failed")
            #expect(failed.map { $0["recording_id"]?.text } == [bad.recording.id])
            #expect(failed.first?["reason"]?.text?.contains("html") == true)
            #expect(failed.first?["reason_code"]?.text == "damaged_at_provider")
            #expect(failed.first?["bytes"] == .null)
            #expect(failed.first?["archive"] == .null)
            let gaps = try await rows("--state", "gap")
            #expect(gaps.first { $0["type"]?.text == "gap" }?["task_id"]?.text == late)
            #expect(gaps.first { $0["type"]?.text == "recording" } == failed.first)
            #expect(gaps.count == 2, "as callark gaps has them")
            #expect(try await rows("--state", "pending").map { $0["task_id"]?.text } == [late])
            #expect(try await rows("--state", "missing") == failed)
            let all = try await rows()
            #expect(try await rows("--state", "archived").count == all.count - 2)
            #expect(try await rows("--task", late).count == 1)
            #expect(try await rows("--day", desk.day).count == all.count)
            #expect(try await rows("--day", "2020-01-01") == [])
            #expect(try await rows("--from", desk.day).count == all.count)
            #expect(try await rows("--to", desk.day) == [])
            #expect(try await rows("--from", "\(desk.day)T12:00:00+02:00").count < all.count)
            desk.simulator.clearFaults()
            let again = try await desk.run("archive", "--retry-failed")
            // The gap is still open.
            #expect(again.status == 75)
            #expect(try await rows("--state", "failed") == [])
            #expect(try await rows("--state", "archived").count == all.count - 1)
        }
    }

    @Test func `of a rebuilt manifest are those of the old one`() async throws {
        try await Desk.with { desk in
            try await desk.archiveDay()
            let before = try await desk.run("list", "--json").output
            #expect(try await desk.run("rebuild", "--discard-old").status == 0)
            #expect(try await desk.run("list", "--json").output == before)
        }
    }
}

extension CallMix {
    /// Only answered, recorded calls, whose recordings appear at once.
    static var plain: CallMix {
        var mix = CallMix()
        (mix.abandonedShare, mix.selfServiceShare, mix.unrecordedShare, mix.undeterminedShare) = (0, 0, 0, 0)
        (mix.consultShare, mix.virtualAgentShare, mix.transcriptShare, mix.digitalShare) = (0, 0, 0, 0)
        mix.lateShare = 0
        return mix
    }
}
