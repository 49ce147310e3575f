import Recordings

/// The result of a query, asked in as many parts as necessary.
package struct LegacyGathering: Sendable {
    /// The answers that the rows come from: first that to the original query, then those to its parts in order of time.
    package var answers: [LegacyAnswer]
    /// The number of parts that the rows come from; 1 if the original query was answered.
    package var partCount = 1
    /// What the answers have, or why one of them, the last, cannot be read.
    package var rows: Result<LegacyRows, LegacyAnswer.Unreadable>
    /// Why there may be more rows than these; `nil` if nothing says so.
    package var shortfall: String?
    /// The number of rows that the provider reports for the original query.
    package var found: Int64?
}

extension LegacyGathering {
    fileprivate init(_ answer: LegacyAnswer, notDivided reason: String? = nil) {
        answers = [answer]
        rows = answer.rows
        let known = try? answer.rows.get()
        (shortfall, found) = (known?.shortfall, known?.found)
        guard let reason else { return }
        shortfall = "\(shortfall ?? "the answer is too large"), and is not available in parts: \(reason)"
    }
}

/// Asking for a day in parts if the provider does not answer it completely, because no paging is known (wxcc-api 13.6).
extension LegacyRecords {
    /// The length at which a part is not divided any further.
    private static let shortestPart = Duration.seconds(60)
    /// The largest number of requests for one query, so that a provider that uses another time than the query's is not
    /// asked for hours.
    private static let maxQuestions = 200

    /// The rows that answer a query. If they are incomplete, and each row is a record that is distinct from all others,
    /// the query's time is halved until each part has a complete answer.
    ///
    /// It is not documented whether a query's bounds are inclusive, or which time places a record in them. So
    /// neighbouring parts share their bound, a record that arrives with two parts is taken once, and the result is
    /// compared with the provider's answer to the whole query.
    /// - Throws: ``ProviderError`` if no request succeeds.
    package func gathering(
        of query: LegacyQuery,
        _ type: LegacyRecordType,
        as format: LegacyAnswer.Format = .json
    ) async throws(ProviderError) -> LegacyGathering {
        let divisible = query.divisibleTime
        let whole: LegacyAnswer
        do throws(ProviderError) {
            whole = try await answer(to: query, of: type, as: format)
        } catch {
            guard error.status == 413, case .success(let time) = divisible, Self.isDivisible(time) else { throw error }
            return try await parts(of: query, time, type, format, whole: nil)
        }
        guard (try? whole.rows.get())?.shortfall != nil else { return LegacyGathering(whole) }
        switch divisible {
        case .success(let time): return try await parts(of: query, time, type, format, whole: whole)
        case .failure(let reason): return LegacyGathering(whole, notDivided: "\(reason)")
        }
    }

    private static func isDivisible(_ time: Range<Timestamp>) -> Bool {
        time.upperBound - time.lowerBound > shortestPart
    }

    private func parts(
        of query: LegacyQuery,
        _ time: Range<Timestamp>,
        _ type: LegacyRecordType,
        _ format: LegacyAnswer.Format,
        whole: LegacyAnswer?
    ) async throws(ProviderError) -> LegacyGathering {
        let columns = type.identity.joined(separator: ", ")
        let nameless = "its rows do not tell one record from another; have it ask for \(columns) too"
        if let whole {
            guard Self.isDivisible(time) else { return LegacyGathering(whole, notDivided: "its time is short already") }
            let hasNames = (try? whole.rows.get())?.keys(type.identity) != nil
            guard hasNames else { return LegacyGathering(whole, notDivided: nameless) }
        }
        var join = LegacyJoin(query, type, whole: try? whole?.rows.get())
        var answers = whole.map { [$0] } ?? []
        var rest = Self.halves(time)
        var questions = 1
        while let part = rest.popLast() {
            let mayDivide = Self.isDivisible(part) && questions + rest.count + 2 < Self.maxQuestions
            questions += 1
            let answer: LegacyAnswer
            do throws(ProviderError) {
                answer = try await self.answer(to: query.about(part), of: type, as: format)
            } catch {
                guard error.status == 413, mayDivide else { throw error }
                rest += Self.halves(part)
                continue
            }
            guard case .success(let rows) = answer.rows else { return LegacyGathering(answer) }
            if rows.shortfall != nil, mayDivide {
                rest += Self.halves(part)
                continue
            }
            answers.append(answer)
            guard join.add(rows, of: part) else { return LegacyGathering(whole ?? answer, notDivided: nameless) }
        }
        return LegacyGathering(
            answers: answers,
            partCount: join.partCount,
            rows: .success(join.rows),
            shortfall: join.shortfall,
            found: (try? whole?.rows.get())?.found
        )
    }

    /// The later one first.
    private static func halves(_ time: Range<Timestamp>) -> [Range<Timestamp>] {
        let middle = time.lowerBound + .milliseconds((time.upperBound - time.lowerBound).milliseconds / 2)
        return [middle..<time.upperBound, time.lowerBound..<middle]
    }
}

/// Puts the answers to a query's parts together.
private struct LegacyJoin {
    private let type: LegacyRecordType
    private let whole: LegacyRows?
    private var known: Set<[String]> = []
    private(set) var rows: LegacyRows
    private(set) var partCount = 0
    /// The first part without a complete answer, and why.
    private var obstacle: String?

    init(_ query: LegacyQuery, _ type: LegacyRecordType, whole: LegacyRows?) {
        self.type = type
        self.whole = whole
        rows = LegacyRows(noneOf: query)
    }

    /// - Returns: whether its rows are distinct from each other.
    mutating func add(_ part: LegacyRows, of time: Range<Timestamp>) -> Bool {
        guard let keys = part.keys(type.identity) else { return false }
        let new = zip(keys, part.rows).filter { known.insert($0.0).inserted }.map(\.1)
        rows.append(new, columns: part.columns)
        partCount += 1
        if let shortfall = part.shortfall, obstacle == nil {
            obstacle = "from \(time.lowerBound) to \(time.upperBound), \(shortfall)"
        }
        return true
    }

    /// Why there may be more rows than these.
    var shortfall: String? {
        if let obstacle { return obstacle }
        guard let whole else { return nil }
        let missing = (whole.keys(type.identity) ?? []).count { !known.contains($0) }
        if missing > 0 { return "its parts lack \(missing) of the rows that the answer to the whole had" }
        if let found = whole.found, found > Int64(rows.rows.count) {
            return "its parts have \(rows.rows.count) rows, and the provider says that there are \(found)"
        }
        return nil
    }
}

extension LegacyRecordType {
    /// The columns that distinguish a record from all others of its kind (wxcc-api 13.1). We rely only on this: no two
    /// rows of an answer have the same values.
    fileprivate var identity: [String] {
        switch self {
        case .csr: ["sid"]
        // It is not documented whether an activity's `sid` is its own or its session's.
        case .car: ["sid", "cstts"]
        case .asr: ["agentSessionId"]
        case .aar: ["agentSessionId", "channelType", "cstts", "currentState"]
        }
    }
}
