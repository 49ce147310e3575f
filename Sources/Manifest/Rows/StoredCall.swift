import GRDB
import Recordings

/// The facts of a call, as in the columns `call_…` of its task's row.
struct StoredCall {
    var facts: CallFacts
    var source: CallSource

    static let columns = "call_profile, call_number, call_duration_ms, call_outcome"

    /// Reads the provider's own JSON.
    /// - Parameter known: what is already known, used if there is no JSON from the task list.
    /// - Returns: `nil` if there is nothing to read.
    init?(json: ProviderJSON?, search: ProviderJSON?, known: CallFacts? = nil, source: CallSource? = nil) {
        guard json != nil || search != nil else { return nil }
        let listed = json.map(CallFacts.init(task:)) ?? known ?? CallFacts()
        facts = search.map { listed.overlaid(with: CallFacts(search: $0)) } ?? listed
        self.source = source ?? (search == nil ? .task : .search)
    }

    /// In the order of ``columns``.
    func values(in db: Database, _ rows: KnownRows) throws -> StatementArguments {
        let isOutgoing = CallFacts.isOutgoing(facts.direction)
        let profile = CallProfile(
            agent: facts.agent,
            queue: facts.queue,
            site: facts.site,
            team: facts.team,
            direction: facts.direction,
            line: isOutgoing ? facts.origin : facts.destination
        )
        let number = isOutgoing ? facts.destination : facts.origin
        return [
            try rows.profile(profile, in: db), number.map(StoredNumber.value), facts.durationMilliseconds,
            try rows.outcome(
                CallOutcome(wrapUp: facts.wrapUp, termination: facts.termination, source: source),
                in: db
            ),
        ]
    }

    func save(_ task: Int64, in db: Database, _ rows: KnownRows = KnownRows()) throws {
        let former = try CallAgents.last(of: task, in: db)
        let update = "UPDATE task SET (\(Self.columns)) = (?, ?, ?, ?) WHERE row = ?"
        try db.cachedStatement(sql: update).execute(arguments: values(in: db, rows) + [task])
        if let former { try CallAgents.keep(former, of: task, in: db) }
        try CallAgents.add(facts.otherAgents, to: task, in: db)
    }

    /// - Returns: `nil` if nothing was read from the task's JSON yet.
    static func find(_ task: Int64, in db: Database) throws -> StoredCall? {
        let select = "SELECT \(columns) FROM task WHERE row = ?"
        return try Row.fetchOne(db.cachedStatement(sql: select), arguments: [task])
            .flatMap { try StoredCall($0, in: db) }
    }

    /// Reads a row that begins with ``columns``.
    private init?(_ row: Row, in db: Database) throws {
        guard let outcome: Int64 = try row[3] else { return nil }
        self.init(
            try CallProfile(stored: row[0], in: db),
            number: try row[1],
            durationMilliseconds: try row[2],
            try CallOutcome(row: outcome, in: db)
        )
    }

    init(_ profile: CallProfile, number: DatabaseValue, durationMilliseconds: Int64?, _ outcome: CallOutcome) {
        let number = StoredNumber.text(number)
        let isOutgoing = CallFacts.isOutgoing(profile.direction)
        facts = CallFacts(
            agent: profile.agent,
            queue: profile.queue,
            site: profile.site,
            team: profile.team,
            origin: isOutgoing ? profile.line : number,
            destination: isOutgoing ? number : profile.line,
            direction: profile.direction,
            durationMilliseconds: durationMilliseconds,
            wrapUp: outcome.wrapUp,
            termination: outcome.termination
        )
        source = outcome.source
    }
}

/// A telephone number as it is stored: six bytes instead of thirteen for the text.
enum StoredNumber {
    /// The most that E.164 allows.
    static let maxDigits = 15

    /// A number for `+` and up to fifteen digits (E.164), its negative for digits alone, and otherwise the text itself.
    static func value(_ text: String) -> DatabaseValue {
        let isInternational = text.hasPrefix("+")
        let digits = text.utf8.dropFirst(isInternational ? 1 : 0)
        guard (1...maxDigits).contains(digits.count), digits.first != UInt8(ascii: "0"),
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = Int64(String(decoding: digits, as: UTF8.self))
        else { return text.databaseValue }
        return (isInternational ? number : -number).databaseValue
    }

    static func text(_ value: DatabaseValue) -> String? {
        switch value.storage {
        case .int64(let number): number < 0 ? String(number.magnitude) : "+\(number)"
        case .string(let text): text
        default: nil
        }
    }
}
