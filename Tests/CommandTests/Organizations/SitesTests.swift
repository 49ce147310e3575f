import Foundation
import Simulator
import Testing

/// `callark sites …` as an administrator types it.
@Suite struct `Sites` {
    private static let header = "name,multimedia_profile_id,active,description\r\n"

    private func listed(_ desk: Desk) async throws -> [[String: JSON]] {
        try await desk.run("sites", "list", "--json").objects.filter { $0["type"]?.text == "site" }
    }

    private func site(_ name: String, _ desk: Desk) async throws -> [String: JSON] {
        try #require(try await listed(desk).first { $0["name"]?.text == name })
    }

    private func profile(_ desk: Desk) async throws -> String {
        try #require(try await site("Main", desk)["multimedia_profile_id"]?.text)
    }

    private func rows(_ ending: Program.Ending) throws -> [[String: JSON]] {
        try ending.objects.filter { $0["type"]?.text == "row" }
    }

    @Test func `are listed as text, NDJSON and CSV`() async throws {
        try await Desk.with(calls: 0) { desk in
            let text = try await desk.run("sites", "list")
            #expect(text.status == 0)
            #expect(text.output.hasPrefix("ID ") && text.output.hasSuffix("\n5 sites\n"))
            #expect(text.output.contains("Old Depot"))
            let objects = try await desk.run("sites", "list", "--json").objects
            #expect(objects.count == 6)
            #expect(objects.last?["type"]?.text == "summary" && objects.last?["sites"] == .number(5))
            let lines = try await desk.run("sites", "list", "--csv").output.components(separatedBy: "\r\n")
            #expect(lines.count == 7)
            #expect(lines[0].hasPrefix("organization,id,name,active,multimedia_profile_id,version,"))
        }
    }

    @Test func `are made, shown, changed and deleted one by one`() async throws {
        try await Desk.with(calls: 0) { desk in
            let profile = try await profile(desk)
            let made = try await desk.run(
                "sites",
                "create",
                "--name",
                "Quay",
                "--multimedia-profile",
                profile,
                "--inactive",
                "--json"
            )
            #expect(made.status == 0)
            let id = try #require(try made.objects.first?["id"]?.text)
            #expect(try made.objects.first?["active"] == .boolean(false))
            let change = ["--active", "--description", "by the water"]
            let updated = try await desk.start(["sites", "update", id, "--json"] + change).end()
            #expect(updated.status == 0)
            #expect(try updated.objects.first?["version"] == .number(1))
            #expect(try updated.objects.last?["action"]?.text == "updated")
            let again = try await desk.run("sites", "update", id, "--active")
            #expect(again.status == 0 && again.output.contains("nothing was changed"))
            let shown = try await desk.run("sites", "get", id)
            #expect(shown.status == 0 && shown.output.contains("by the water"))
            // No one is at the other end of a test's standard input.
            let unasked = try await desk.run("sites", "delete", id)
            #expect(unasked.status == 64)
            #expect(try unasked.complaint.contains("--yes"))
            #expect(try await desk.run("sites", "delete", id, "--yes").status == 0)
            let gone = try await desk.run("sites", "get", id)
            #expect(gone.status == 69)
            #expect(try gone.complaint.contains("callark sites list"))
        }
    }

    @Test func `conflicts name what is in the way`() async throws {
        try await Desk.with(calls: 0) { desk in
            let main = try #require(try await site("Main", desk)["id"]?.text)
            let taken = try await desk.run(
                "sites",
                "create",
                "--name",
                "Main",
                "--multimedia-profile",
                try await profile(desk)
            )
            #expect(taken.status == 69)
            #expect(try taken.complaint.contains("\"Main\" already, site \(main)"))
            let inUse = try await desk.run("sites", "delete", main, "--yes")
            #expect(inUse.status == 69)
            #expect(try inUse.complaint.contains("referenced by Team 1, Team 4"))
            let own = try #require(try await site("Default_Site", desk)["id"]?.text)
            let made = try await desk.run("sites", "update", own, "--inactive")
            #expect(made.status == 69)
            #expect(try made.complaint.contains("made by the provider"))
        }
    }

    @Test func `a token for reading only is 77 for everything else, and the scope is named`() async throws {
        try await Desk.with(calls: 0) { desk in
            desk.simulator.change { $0.tokens.scope = "cjp:config_read" }
            let profile = try await profile(desk)
            let created = try await desk.run("sites", "create", "--name", "Quay", "--multimedia-profile", profile)
            #expect(created.status == 77)
            #expect(try created.complaint.contains("cjp:config_write"))
            let file = Self.header + "Quay,\(profile),true,\r\nMain,\(profile),false,\r\n"
            let imported = try await desk.run("sites", "import", "-", "--json", input: file)
            #expect(imported.status == 77)
            #expect(try imported.complaint.contains("cjp:config_write"))
            #expect(try rows(imported).map { $0["status"]?.text } == ["not_tried", "not_tried"])
            #expect(try imported.objects.last?["complete"] == .boolean(false))
        }
    }

    @Test func `a file with faults is 64 before anything is asked, and a hundred are named by line`() async throws {
        try await Desk.with(calls: 0) { desk in
            let file = Self.header + "a,m,true,\"x\r\ny\"\r\nb\"b,m,true,\r\nc,m,perhaps,\r\na,m,true,\r\nd,m\r\n"
            try desk.write("sites.csv", file)
            let ending = try await desk.run("sites", "import", "sites.csv", "--json")
            #expect(ending.status == 64)
            #expect(desk.simulator.counters.requests == [:])
            let lines = ending.errors.split(separator: "\n")
            #expect(lines.count == 4)
            let words = ["line 4: a quote", "line 5: active", "line 6: line 2", "line 7: the line"]
            for (line, words) in zip(lines, words) {
                #expect(line.hasPrefix("callark: error: sites.csv, \(words)"), "\(line)")
            }
            #expect(try ending.objects.dropLast().map { $0["line"] } == [4, 5, 6, 7].map { .number($0) })
            #expect(try ending.objects.last?["faults"] == .number(4))
            #expect(try await desk.run("sites", "import", "none.csv").status == 74)
            try desk.write("noise.csv", Self.header + String(repeating: "a,m,perhaps,\r\n", count: 5000))
            let noise = try await desk.run("sites", "import", "noise.csv")
            #expect(noise.status == 64)
            #expect(noise.errors.split(separator: "\n").count == 101)
            #expect(noise.errors.contains("more fault"))
        }
    }

    @Test func `a hundred lines with one that is refused make ninety-nine sites, and name the one`() async throws {
        try await Desk.with(calls: 0) { desk in
            let profile = try await profile(desk)
            func file(_ refused: String) -> String {
                Self.header + (1...100).map { "Site \($0),\($0 == 57 ? refused : profile),true,\r\n" }.joined()
            }
            let dry = try await desk.run("sites", "import", "-", "--dry-run", "--json", input: file("nowhere"))
            #expect(dry.status == 0)
            #expect(try rows(dry).allSatisfy { $0["action"]?.text == "create" && $0["status"]?.text == "planned" })
            #expect(try await listed(desk).count == 5)
            let first = try await desk.run("sites", "import", "-", "--json", input: file("nowhere"))
            #expect(first.status == 75)
            let refused = try rows(first).filter { $0["status"]?.text != "created" }
            #expect(refused.map { $0["line"] } == [.number(58)])
            #expect(refused[0]["name"]?.text == "Site 57")
            #expect(refused[0]["reason"]?.text?.contains("multimediaProfileId: not found") == true)
            #expect(try first.objects.last?["counts"]?["created"] == .number(99))
            #expect(try await listed(desk).count == 104)
            // Run again with the line corrected: that site is created, and the others are left alone.
            let second = try await desk.run("sites", "import", "-", "--json", input: file(profile))
            #expect(second.status == 0)
            #expect(try rows(second).filter { $0["action"]?.text != "skip" }.map { $0["line"] } == [.number(58)])
            #expect(try second.objects.last?["complete"] == .boolean(true))
            #expect(try await listed(desk).count == 105)
        }
    }

    @Test func `where there is no bulk call, sites are made one by one`() async throws {
        try await Desk.with(calls: 0) { desk in
            desk.simulator.change { $0.sites.servesBulk = false }
            let profile = try await profile(desk)
            let file = Self.header + "A,\(profile),true,\r\nB,nowhere,true,\r\nC,\(profile),false,c\r\n"
            let ending = try await desk.run("sites", "import", "-", "--json", input: file)
            #expect(ending.status == 75)
            #expect(try rows(ending).map { $0["status"]?.text } == ["created", "refused", "created"])
            #expect(try await listed(desk).count == 7)
        }
    }

    @Test func `what differs is changed, by ID or by name, and what the provider forbids is named`() async throws {
        try await Desk.with(calls: 0) { desk in
            let profile = try await profile(desk)
            let depot = try #require(try await site("Old Depot", desk)["id"]?.text)
            let file = """
                id,name,active,multimedia_profile_id,description
                \(depot),New Depot,true,\(profile),open again
                ,Main,true,\(profile),the first
                ,Harbour,false,\(profile),Calls of Harbour
                ,Default_Site,false,\(profile),System generated

                """
            let ending = try await desk.run("sites", "import", "-", "--json", input: file)
            #expect(ending.status == 75)
            let rows = try rows(ending)
            #expect(rows.map { $0["action"]?.text } == ["update", "update", "update", "refuse"])
            #expect(rows.map { $0["status"]?.text } == ["updated", "updated", "refused", "refused"])
            #expect(rows[2]["reason"]?.text?.contains("Team 2") == true)
            #expect(try await site("New Depot", desk)["id"]?.text == depot)
            #expect(try await site("Main", desk)["description"]?.text == "the first")
        }
    }

    @Test func `what is exported is imported without changing anything, whatever it looks like`() async throws {
        try await Desk.with(calls: 0) { desk in
            let profile = try await profile(desk)
            for (name, description) in [
                ("-North", "=HYPERLINK(\"x\")"), ("tab\there", "'=a"), ("two\nlines", "a,\"b\",\r\nc"), ("_", "@é日本"),
            ] {
                let words = ["--name=\(name)", "--multimedia-profile", profile, "--description=\(description)"]
                let made = try await desk.start(["sites", "create"] + words).end()
                #expect(made.status == 0, "\(made.errors)")
            }
            let before = try await listed(desk)
            let exported = try await desk.run("sites", "export", "-o", "sites.csv", "--json")
            #expect(exported.status == 0)
            #expect(try exported.objects.last?["sites"] == .number(9))
            let printed = try await desk.run("sites", "export").output
            #expect(printed == (try String(contentsOfFile: "\(desk.folder)/sites.csv", encoding: .utf8)))
            let imported = try await desk.run("sites", "import", "sites.csv", "--json")
            #expect(imported.status == 0)
            let rows = try rows(imported)
            #expect(rows.count == 9)
            #expect(rows.allSatisfy { $0["action"]?.text == "skip" && $0["status"]?.text == "unchanged" })
            #expect(try await listed(desk) == before)
        }
    }

    @Test func `an import whose answers are lost makes every site once`() async throws {
        try await Desk.with(calls: 0) { desk in
            let profile = try await profile(desk)
            desk.simulator.inject(FaultRule(.sites, .first(1), .reset(afterBytes: 0), pathContains: "/bulk"))
            let file = Self.header + (1...60).map { "Site \($0),\(profile),true,\r\n" }.joined()
            let ending = try await desk.run("sites", "import", "-", "--json", input: file)
            #expect(ending.status == 0)
            #expect(try rows(ending).allSatisfy { $0["status"]?.text == "created" && $0["id"]?.text != nil })
            #expect(try await listed(desk).count == 65)
        }
    }

    @Test func `of several organizations one has to be named`() async throws {
        try await Desk.with(calls: 0) { desk in
            let second = desk.yaml.replacing("  - name: acme", with: "  - name: globex").components(separatedBy: "\n")
            let first = desk.yaml.components(separatedBy: "downloads:")
            let start = try #require(second.firstIndex { $0.contains("globex") })
            let end = try #require(second.firstIndex { $0 == "downloads:" })
            let item = second[start..<end]
            try desk.write("callark.yaml", first[0] + item.joined(separator: "\n") + "\ndownloads:" + first[1])
            let unnamed = try await desk.run("sites", "export")
            #expect(unnamed.status == 64)
            let complaint = try unnamed.complaint
            #expect(complaint.contains("--org") && complaint.contains("acme, globex"))
            #expect(try await desk.run("sites", "export", "--org", "acme").status == 0)
            #expect(try await listed(desk).count == 10)
        }
    }

    @Test(arguments: [
        ["create", "--name", "ü", "--multimedia-profile", "m"], ["create", "--name", "a"], ["update", "x"],
        ["create", "--name", "a", "--multimedia-profile", "m", "--active", "--inactive"], ["get", ".."],
        ["update", "x", "--name", ""], ["export", "--json"], ["list", "--csv", "--json"],
    ])
    func `what cannot be meant is usage`(_ arguments: [String]) async throws {
        let ending = try await Program.run(
            "callark",
            ["sites"] + arguments,
            environment: ["CALLARK_CONFIG": "/nonexistent"]
        )
        #expect(ending.status == 64)
        let types = try ending.output.isEmpty ? [] : ending.objects.map { $0["type"]?.text }
        #expect(types == (arguments.contains("--json") ? ["summary"] : []))
    }
}
