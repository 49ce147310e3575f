import Foundation
import Simulator
import Synchronization
import Testing

/// A disk, or a person with `sqlite3`, can put any value into any row of the manifest.
@Suite struct `One value of the manifest` {
    /// The values, in SQL.
    private static let values = [
        "-9223372036854775808", "-1", "0", "9223372036854775807", "9007199254740993", "NULL", "''", "'x'", "1e300",
        "-1e300", "x'010203'",
    ]

    /// The place of a value.
    private struct Place: CustomStringConvertible {
        var table: String
        var column: String
        /// Its row, in order of keys.
        var row: Int

        var description: String { "\(table).\(column) of row \(row)" }
    }

    /// The tables of a manifest, with the number of rows, the row's name and the columns of each.
    private struct Tables {
        var places: [(table: String, rows: Int, keys: String, columns: [String])] = []

        init(_ path: String) async throws {
            let select = """
                SELECT schema.name, columns.name, columns.pk, schema.wr FROM pragma_table_list AS schema
                JOIN pragma_table_info(schema.name) AS columns
                WHERE schema.type = 'table' AND schema.name NOT LIKE 'sqlite%' AND schema.name NOT LIKE 'grdb%'
                ORDER BY 1, columns.cid
                """
            let lines = try await sqlite(path, select).split(separator: "\n").map { $0.split(separator: "|") }
            for (table, columns) in Dictionary(grouping: lines, by: { String($0[0]) }).sorted(by: { $0.key < $1.key }) {
                let rows = Int(try await sqlite(path, "SELECT count(*) FROM \(table)").dropLast()) ?? 0
                guard rows > 0 else { continue }
                let keys = columns[0][3] == "0" ? ["rowid"] : columns.filter { $0[2] != "0" }.map { String($0[1]) }
                places.append((table, rows, keys.joined(separator: ", "), columns.map { String($0[1]) }))
            }
        }

        /// Each table is equally likely, and so is each of its columns.
        func drawn(_ draws: inout Draws) throws -> Place {
            let table = try #require(places.randomElement(using: &draws))
            let column = try #require(table.columns.randomElement(using: &draws))
            return Place(table: table.table, column: column, row: Int.random(in: 0..<table.rows, using: &draws))
        }

        func keys(of table: String) -> String { places.first { $0.table == table }?.keys ?? "" }
    }

    private static func sqlite(_ path: String, _ statements: String) async throws -> String {
        let ending = try await Program.run("sqlite3", [path], input: statements)
        guard ending.status == 0, ending.errors.isEmpty else { throw Refusal(reason: ending.errors) }
        return ending.output
    }

    /// A refusal by SQLite.
    private struct Refusal: Error {
        var reason: String
    }

    /// Writes a value there past every rule of the schema, as a bad page would; the rules are in force again
    /// afterwards.
    /// - Returns: whether it was written: this way cannot write what not even SQLite would write.
    private static func put(_ value: String, _ place: Place, _ tables: Tables, _ path: String) async throws -> Bool {
        let before = try await sqlite(
            path,
            "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = '\(place.table)'"
        )
        let lawless = """
            .dbconfig defensive off
            .dbconfig enable_trigger off
            PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; PRAGMA writable_schema = ON;
            """
        func rewrite(_ text: String) async throws {
            let quoted = text.replacing("'", with: "''")
            let update = "UPDATE sqlite_schema SET sql = '\(quoted)' WHERE type = 'table' AND name = '\(place.table)'"
            _ = try await sqlite(path, "\(lawless)\n\(update);")
        }
        let rules = String(before.dropLast())
        let loose = rules.replacing("IS NOT NULL", with: "IS NOT  NULL").replacing("NOT NULL", with: "")
            .replacing(", STRICT", with: "").replacing("STRICT, ", with: "").replacing("STRICT", with: "")
        try await rewrite(loose)
        let keys = tables.keys(of: place.table)
        let update = """
            UPDATE \(place.table) SET \(place.column) = \(value)
            WHERE (\(keys)) = (SELECT \(keys) FROM \(place.table) ORDER BY \(keys) LIMIT 1 OFFSET \(place.row));
            SELECT changes();
            """
        var isPut = false
        do {
            // After what the settings of the shell print.
            isPut = try await sqlite(path, "\(lawless)\n\(update)").hasSuffix("\n1\n")
        } catch is Refusal {}
        try await rewrite(rules)
        return isPut
    }

    /// What a command says exists.
    private struct Account: Equatable {
        var recordings = 0
        var events = 0

        /// From the lines that a command printed.
        init(_ objects: [[String: JSON]]) {
            for object in objects {
                switch object["type"]?.text {
                case "recording": recordings += 1
                case "event": events += 1
                case "day" where object["recordings"] == nil:
                    let words = ["archived", "stored", "pending", "failed", "damaged"]
                    recordings += words.reduce(0) { $0 + Int(object[$1]?.number ?? 0) }
                default: recordings += Int(object["recordings"]?["known"]?.number ?? 0)
                }
            }
        }

        func has(all other: Account) -> Bool { recordings >= other.recordings && events >= other.events }
    }

    private static func commands(_ desk: Desk) -> [[String]] {
        [
            ["status", "--json"], ["status", "--check", "--json"],
            ["report", "--month", String(desk.day.prefix(7)), "--json"],
            ["report", "--day", desk.day, "--json"], ["list", "--json"], ["list", "--day", desk.day, "--json"],
            ["gaps", "--json"], ["events", "--json"], ["verify", "--quick", "--json"], ["archive", "--json"],
            ["archive", "--day", desk.day, "--json"],
        ]
    }

    @Test func `that is damaged ends no command otherwise than with a word, and hides nothing that was known`()
        async throws
    {
        var draws = Draws()
        let steps = ProcessInfo.processInfo.environment["CALLARK_TEST_STEPS"].flatMap { Int($0) } ?? 10
        try await Desk.with(calls: 8, earlier: [1]) { desk in
            _ = try await desk.run("archive", "--from", try #require(desk.simulator.world.days.first))
            _ = try await Self.sqlite("\(desk.root)/manifest.sqlite", "PRAGMA wal_checkpoint(TRUNCATE)")
            let root = Root(desk, "whole", offered: [])
            try FileManager.default.createDirectory(atPath: "\(desk.folder)/whole", withIntermediateDirectories: true)
            try #require(try await Program.run("cp", ["-a", desk.root, root.path]).status == 0)
            let tables = try await Tables("\(root.path)/manifest.sqlite")
            var accounts: [Account] = []
            for command in Self.commands(desk) {
                let objects = try await root.run(command).objects
                // The window of a pass without a given one moves with time.
                accounts.append(command == ["archive", "--json"] ? Account([]) : Account(objects))
            }
            let known = accounts
            let chosen = try (0..<steps).map { step in
                (step, try tables.drawn(&draws), try #require(Self.values.randomElement(using: &draws)))
            }
            let seed = draws.seed
            print("one value of the manifest (seed \(seed)): \(steps) draws of \(tables.places.count) tables")
            let done = Mutex(0)
            try await chosen.inParallel(2) { step, place, value in
                let copy = try await root.copied(to: "damaged-\(step)")
                defer { copy.remove() }
                guard try await Self.put(value, place, tables, "\(copy.path)/manifest.sqlite") else { return }
                done.withLock { $0 += 1 }
                for (command, known) in zip(Self.commands(desk), known) {
                    try await Self.expect(command, known, copy, "seed \(seed): \(place) is \(value): \(command)")
                }
            }
            #expect(done.withLock { $0 } >= steps / 2, "most of what is drawn can be put there")
        }
    }

    private static func expect(_ command: [String], _ known: Account, _ root: Root, _ what: String) async throws {
        let ending = try await root.run(command)
        let comment = Comment(rawValue: "\(what): \(ending.status), \(ending.errors.suffix(1000))")
        #expect(ending.status < 128 && ending.status != 70, comment)
        if ending.status == 65 { #expect(!ending.errors.isEmpty || ending.output.contains("fault"), comment) }
        guard ending.status == 0 else { return }
        let told = Account(try ending.objects)
        #expect(told.has(all: known), "\(what) tells \(told), of \(known)")
    }
}
