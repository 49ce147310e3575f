import Foundation
import GRDB
import Recordings
import Testing

@testable import Manifest

/// One bit in the file can put any value into any column. Reading it gives an error that says where, and never ends the
/// process: a trap would end these tests.
@Suite struct DamagedRowTests {
    /// Values that no column of another kind expects.
    private static let values: [DatabaseValue] = [
        .null, Int64.min.databaseValue, Int64.max.databaseValue, "x\u{1B}[31m".databaseValue,
        Data([1, 2, 3]).databaseValue,
    ]

    private static let busiest: Set<String> = ["task", "recording", "archive"]

    /// A manifest with rows in every table that is read.
    private func fill(_ here: Fixture) async throws {
        let work = try await here.known(1...4)
        try await here.store(work)
        try await here.seal()
        _ = try await here.list(try (5...9).map { try Fixture.task($0) })
        _ = try await here.answer([.refused(try Fixture.taskID(6), reason: "no")])
        let more = try await here.known(10...12)
        try await here.store(Array(more.prefix(1)))
        let failed = try #require(more.last)
        let failure = RecordingFailure(
            row: failed.row,
            code: .purgedUpstream,
            reason: "gone",
            attempts: 1,
            retryNotBefore: Fixture.morning
        )
        try await here.manifest.noteFailed(failure, now: Fixture.morning + .hours(2))
        _ = try await here.explain(7)
        let first = try #require(try await here.manifest.sealedArchives().first).name
        let held = try #require(try await here.recordings().first?.held)
        let damaged = DamagedRecording(archive: first, taskID: try Fixture.taskID(1), offset: held.offset)
        try await here.manifest.noteRead(
            first,
            ReadingFinding(faults: 1, damaged: [damaged]),
            now: Fixture.morning + .hours(3)
        )
    }

    /// Everything that commands read.
    /// - Returns: how many queries ended with an error.
    private func readAll(_ manifest: Manifest, _ here: Fixture) async throws -> Int {
        let standpoint = Fixture.standpoint(after: .hours(400))
        let window = Fixture.morning..<(Fixture.morning + .hours(900))
        var reads: [() async throws -> Void] = [
            { _ = try await manifest.organizations() }, { _ = try await manifest.openArchives() },
            { _ = try await manifest.sealedArchives() }, { _ = try await manifest.readings() },
            { _ = try await manifest.entries(at: standpoint).collected() },
            { _ = try await manifest.gaps(GapFilter(organization: here.acme), at: standpoint) },
            { _ = try await manifest.events().collected() }, { _ = try await manifest.lastPass(here.acme) },
            { _ = try await manifest.displacedCopies() }, { _ = try await manifest.closingOutlook(here.acme) },
            { _ = try await manifest.weightHistory(here.acme) }, { _ = try await manifest.readingStatus(here.acme) },
            { _ = try await manifest.dayCounts(here.acme, day: Fixture.today) },
            { _ = try await manifest.tasksToSeal(organization: here.acme, day: Fixture.today).collected() },
            { _ = try await manifest.daysToSeal(organization: here.acme, before: Fixture.today.next) },
            { _ = try await manifest.listedDays(here.acme) },
            {
                _ = try await manifest.tasksAwaitingBytes(
                    organization: here.acme,
                    window: nil,
                    wantedBefore: window.upperBound,
                    after: nil,
                    limit: 100
                )
            },
            {
                _ = try await manifest.openQuestions(
                    organization: here.acme,
                    window: nil,
                    dueBy: window.upperBound,
                    impatientIn: window,
                    after: nil,
                    limit: 100
                )
            },
        ]
        for number in [1, 6, 11] {
            let id = try Fixture.taskID(number)
            reads.append { _ = try await manifest.recordings(of: id) }
            reads.append { _ = try await manifest.tasks(id) }
            reads.append { _ = try await manifest.calls(of: [id], organization: here.acme) }
            reads.append {
                _ = try await manifest.holdings(of: [id], organization: here.acme, altered: AlteredArchives())
            }
        }
        for archive in (try? await manifest.sealedArchives()) ?? [] {
            reads.append { _ = try await manifest.archivedRecordings(in: archive.name).collected() }
        }
        var errors = 0
        for read in reads {
            do {
                try await read()
            } catch {
                errors += 1
                let error = try #require(error as? ManifestError, "\(error)")
                #expect(!error.message.contains { $0 == "\n" || $0 == "\u{1B}" }, "\(error)")
            }
        }
        return errors
    }

    /// The tables that have rows, and their columns.
    private func columns(_ path: String) throws -> [(table: String, column: String)] {
        try DatabaseQueue(path: path).read { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'grdb%'
                        AND sql NOT LIKE 'CREATE VIRTUAL%'
                    """
            )
            .filter { try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM \"\($0)\")") ?? false }
            .flatMap { table in try db.columns(in: table).map { (table, $0.name) } }
        }
    }

    /// A connection that no rule of the schema stops, and that does not wait for the disk.
    private static let lawless: Configuration = {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase { db in
            let pragmas = ["ignore_check_constraints = 1", "writable_schema = 1", "synchronous = 0"]
            for pragma in pragmas { try db.execute(sql: "PRAGMA \(pragma)") }
        }
        return configuration
    }()

    /// Makes a table accept any value.
    /// - Returns: its rules.
    private func removeRules(of table: String, _ path: String) throws -> String? {
        let queue = try DatabaseQueue(path: path, configuration: Self.lawless)
        let rules = try queue.write { db in
            for trigger in try String.fetchAll(db, sql: "SELECT name FROM sqlite_schema WHERE type = 'trigger'") {
                try db.execute(sql: "DROP TRIGGER \"\(trigger)\"")
            }
            let plain = ["NOT NULL", ", STRICT", "STRICT, ", "STRICT"].reduce(
                "replace(sql, 'IS NOT NULL', 'IS NOT  NULL')"
            ) {
                "replace(\($0), '\($1)', '')"
            }
            let select = "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?"
            let rules = try String.fetchOne(db, sql: select, arguments: [table])
            try db.execute(
                sql: "UPDATE sqlite_schema SET sql = \(plain) WHERE type = 'table' AND name = ?",
                arguments: [table]
            )
            return rules
        }
        try queue.close()
        return rules
    }

    /// Writes a value as damage to the file's pages would: past every rule of the schema. The rules are in force again
    /// afterwards.
    /// - Returns: whether it was written: this way cannot write what not even SQLite would write.
    private func put(_ value: DatabaseValue, _ table: String, _ column: String, _ rules: String?, _ path: String)
        throws -> Bool
    {
        let queue = try DatabaseQueue(path: path, configuration: Self.lawless)
        let isPut = try? queue.write { db in
            try db.execute(sql: "UPDATE OR IGNORE \"\(table)\" SET \"\(column)\" = ?", arguments: [value])
            return db.changesCount > 0
        }
        try queue.write { db in
            let update = "UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?"
            try db.execute(sql: update, arguments: [rules, table])
        }
        try queue.close()
        return isPut ?? false
    }

    @Test func `any value in any column is read as an error or as what it is`() async throws {
        try await Fixture.with { here in
            try await fill(here)
            try here.manifest.close()
            let whole = try Data(contentsOf: URL(filePath: here.path))
            let path = here.folder.appending(path: "damaged.sqlite").path
            var (count, errors) = (0, 0)
            for (table, columns) in try Dictionary(grouping: columns(here.path), by: \.table) {
                try whole.write(to: URL(filePath: path))
                let rules = try removeRules(of: table, path)
                let lawless = try Data(contentsOf: URL(filePath: path))
                // All of them for the tables that are read most, and a missing value anywhere.
                let values = Self.busiest.contains(table) ? Self.values : [.null]
                for (_, column) in columns {
                    for value in values {
                        try lawless.write(to: URL(filePath: path))
                        guard try put(value, table, column, rules, path) else { continue }
                        count += 1
                        guard let manifest = try? Manifest(path: path, mode: .readOnly) else { continue }
                        errors += try await readAll(manifest, here)
                        try manifest.close()
                    }
                }
            }
            #expect(count > 150)
            #expect(errors > 150, "what was put there is met")
        }
    }

    /// A query is refused, or is not affected and has the same result as before: never less.
    @Test(
        arguments: [
            ("task", "created_time", [.listing, .gaps, .days]), ("task", "status", [.listing, .gaps, .days]),
            ("task", "capture_request", [.listing, .gaps, .days]), ("task", "day", [.listing, .gaps, .days]),
            ("recording", "offset", [.listing]), ("recording", "byte_count", [.listing]),
            ("recording", "digest", [.listing]), ("recording", "file", [.listing]),
            ("recording", "call_type", [.listing, .gaps, .days]), ("archive", "sequence", [.listing, .gaps]),
            ("question", "asks", [.listing, .gaps, .days]), ("damage", "reason", [.listing, .gaps]),
        ] as [(String, String, Set<Asked>)]
    )
    func `a missing value is reported when it is read`(table: String, column: String, refused: Set<Asked>)
        async throws
    {
        try await Fixture.with { here in
            try await fill(here)
            let standpoint = Fixture.standpoint(after: .hours(400))
            func answer(_ asked: Asked, _ manifest: Manifest) async throws -> AnyHashable {
                switch asked {
                case .listing: try await manifest.entries(at: standpoint).collected()
                case .gaps: try await manifest.gaps(GapFilter(organization: here.acme), at: standpoint)
                case .days: try await manifest.dayStatuses(at: standpoint)
                }
            }
            var before: [Asked: AnyHashable] = [:]
            for asked in Asked.allCases { before[asked] = try await answer(asked, here.manifest) }
            try here.manifest.close()
            let rules = try removeRules(of: table, here.path)
            #expect(try put(.null, table, column, rules, here.path))
            let manifest = try Manifest(path: here.path, mode: .readOnly)
            for asked in Asked.allCases {
                if refused.contains(asked) {
                    #expect(await failure { try await answer(asked, manifest) } == .damaged, "\(asked)")
                } else {
                    #expect(try await answer(asked, manifest) == before[asked], "\(asked)")
                }
            }
            try manifest.close()
        }
    }

    enum Asked: CaseIterable, Sendable {
        case listing, gaps, days
    }

    /// A value found through an index is at one of its ends if it is beyond all others.
    @Test(arguments: [
        ("task", "created_time"), ("task", "day"), ("task", "organization"), ("task", "row"), ("recording", "task"),
        ("archive", "row"), ("archive", "organization"), ("question", "task"), ("damage", "task"),
    ]) func `a number that no row can have is reported by every sum, and stops every writer`(
        table: String,
        column: String
    )
        async throws
    {
        try await Fixture.with { here in
            try await fill(here)
            try here.manifest.close()
            let whole = try Data(contentsOf: URL(filePath: here.path))
            for number in [Int64.min, -1, 0, Int64.max] {
                try whole.write(to: URL(filePath: here.path))
                let rules = try removeRules(of: table, here.path)
                #expect(try put(number.databaseValue, table, column, rules, here.path), "\(number)")
                #expect(throws: ManifestError.self) { try Manifest(path: here.path, mode: .readWrite) }
                let manifest = try Manifest(path: here.path, mode: .readOnly)
                let standpoint = Fixture.standpoint(after: .hours(400))
                #expect(await failure { try await manifest.entries(at: standpoint).collected() } == .damaged)
                #expect(await failure { try await manifest.dayStatuses(at: standpoint) } == .damaged)
                let filter = GapFilter(organization: here.acme)
                #expect(await failure { try await manifest.gaps(filter, at: standpoint) } == .damaged)
                try manifest.close()
            }
        }
    }

    @Test func `times of Callark's own are those that calls can have, and the provider's stay as they came`() throws {
        let plausible = Timestamp.plausibleMilliseconds
        for number in [Int64.min, -1, 0, plausible.lowerBound - 1, plausible.upperBound + 1, .max] {
            #expect(Timestamp(column: number.databaseValue) == nil && ArchiveDay(column: number.databaseValue) == nil)
            let time = Timestamp(millisecondsSince1970: number)
            #expect(Timestamp(column: time.stored.databaseValue) != nil, "what is written can be read")
            #expect(Timestamp(verbatim: time.verbatim) == time)
        }
        for number in [plausible.lowerBound, plausible.upperBound] {
            let time = Timestamp(millisecondsSince1970: number)
            #expect(time.stored == number && Timestamp(column: number.databaseValue) == time)
            for hours in [-16, 16] {
                let day = ArchiveDay(time + .hours(hours), in: .gmt)
                #expect(day.year > 9999 || ArchiveDay(column: day.stored.databaseValue) == day)
            }
        }
    }

    @Test func `looking at the ends of all indices walks through none`() async throws {
        try await Fixture.with { here in
            let plan = try await here.plan(of: IndexEnds.strays)
            #expect(plan.count > 60 && !plan.contains { $0.contains("B-TREE") })
        }
    }

    /// The order of rows is the file's, and a sweep relies on it.
    @Test func `rows that are out of order end a sweep with an error`() async throws {
        #expect(!(3 as Int64).isAfter(3))
        let first = TaskPosition(createdTime: 5, id: "a".databaseValue)
        #expect(first.isAfter(.beginning))
        #expect(!TaskPosition(createdTime: 4, id: "b".databaseValue).isAfter(first))
        #expect(!first.isAfter(first))
        #expect(TaskPosition(createdTime: 5, id: Data([0]).databaseValue).isAfter(first))
        let endless = RowSequence<Int>(from: 1 as Int64) { _ in RowSequence<Int>.Batch(rows: [1], next: 1 as Int64) }
        #expect(await failure { try await endless.collected() } == .damaged)
    }
}
