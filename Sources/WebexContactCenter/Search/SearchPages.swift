import Recordings
import Transfer

/// A kind of record that Search lists.
package protocol SearchRecord: Sendable {
    /// Where such records are, and what is asked of each.
    static var source: SearchSource { get }
    /// Reads one; `nil` where it lacks what tells it from others.
    init?(_ row: SearchRow)
    /// What tells it from all others.
    var searchKey: String { get }
    /// When it began, by which it is found; `nil` where the provider gives none.
    var searchTime: Timestamp? { get }
}

/// Where a kind of record is found.
package struct SearchSource: Sendable {
    let root: SearchRoot
    let selection: SearchSelection
}

/// A record as the provider wrote it.
package struct SearchRow: Sendable {
    let value: JSONValue
}

/// One step of a search.
package struct SearchPage<Record: SearchRecord>: Sendable {
    /// Records that no earlier page had; may be none. In no order that could be relied on: usually newest first within a
    /// window of time.
    package var records: [Record]
    /// Records from outside the asked time that the provider gave anyway: they exist, and say nothing of what was listed.
    package var strays: [Record]
    /// The beginning of the time that this page was asked for.
    package var from: Timestamp
    /// Every record of the asked time that began before this has been listed, by this page or an earlier one.
    package var coveredUntil: Timestamp
    /// Rows that could not be read, met since the page before.
    package var unreadableRows: Int
    /// Milliseconds with more records than the provider gives of one, met since the page before.
    package var crowded: [Timestamp]
    /// What this provider does not have of what is asked for: `lastQueue.duration`. The records lack it.
    package var undefinedFields: [String]
}

/// The contacts that Search lists, page by page.
package typealias SearchTaskPages = SearchPages<SearchTask>

/// What Search lists of a span of time, page by page, each fetched when it is asked for.
package struct SearchPages<Record: SearchRecord>: AsyncSequence, Sendable {
    /// What iterating fails with.
    package typealias Failure = ProviderError

    let exchange: ProviderExchange
    let settings: ProviderSettings
    let walk: SearchWalk
    var filter: JSONValue?
    /// Which of the records that are listed are told of.
    var isWanted: @Sendable (Record) -> Bool = { _ in true }

    /// Starts a listing of its own.
    package func makeAsyncIterator() -> Iterator {
        Iterator(
            exchange: exchange,
            settings: settings,
            filter: filter,
            isWanted: isWanted,
            walk: walk,
            selection: Record.source.selection
        )
    }

    /// Goes through one listing.
    package struct Iterator: AsyncIteratorProtocol, Sendable {
        let exchange: ProviderExchange
        let settings: ProviderSettings
        let filter: JSONValue?
        let isWanted: @Sendable (Record) -> Bool
        var walk: SearchWalk
        var selection: SearchSelection
        var undefinedFields: [String] = []

        /// The next page; `nil` after the one that reaches the end.
        /// - Throws: ``ProviderError``; what earlier pages covered stays covered.
        package mutating func next() async throws(ProviderError) -> SearchPage<Record>? {
            try walk.requireMilliseconds()
            while let question = walk.question {
                try walk.spend()
                let query = SearchQuery(
                    root: Record.source.root,
                    selection: selection,
                    from: question.from,
                    to: question.to,
                    filter: filter,
                    cursor: question.cursor
                )
                let answer: SearchAnswer
                do throws(ProviderError) {
                    answer = try await exchange.search(query, of: settings)
                } catch {
                    guard error.asksForLess else { throw error }
                    try walk.narrow(after: error)
                    continue
                }
                switch answer {
                case .undefined(let paths): try leaveOut(paths)
                case .page(let rows, let next): return try page(of: rows, next: next)
                }
            }
            return nil
        }

        private mutating func page(of rows: [JSONValue], next: String?) throws(ProviderError) -> SearchPage<Record> {
            let records = rows.compactMap { Record(SearchRow(value: $0)) }
            let places = records.map { SearchWalk.Row(id: $0.searchKey, time: $0.searchTime) }
            let (known, from) = (walk.crowded.count, walk.reached)
            let strays = walk.newStrays(in: places)
            let new = try walk.take(places, listed: rows.count, next: next)
            return SearchPage(
                records: new.map { records[$0] }.filter(isWanted),
                strays: strays.map { records[$0] }.filter(isWanted),
                from: from,
                coveredUntil: walk.reached,
                unreadableRows: rows.count - records.count,
                crowded: Array(walk.crowded.dropFirst(known)),
                undefinedFields: undefinedFields
            )
        }

        /// - Throws: `rejected` where the provider complains of what it was not asked for.
        private mutating func leaveOut(_ paths: [[String]]) throws(ProviderError) {
            for path in paths {
                let name = path.joined(separator: ".")
                guard name != "id", selection.remove(path) else {
                    throw ProviderError(
                        .rejected,
                        "POST search: the provider does not know the field \(name.prefix(100))",
                        advice: "check region and api_base_url: another version of the interface answers there"
                    )
                }
                undefinedFields.append(name)
            }
        }
    }
}

extension ProviderExchange {
    /// Asks `POST search` once (wxcc-api 11).
    func search(_ query: SearchQuery, of settings: ProviderSettings) async throws(ProviderError) -> SearchAnswer {
        guard settings.dialect.hasSearch else {
            throw ProviderError(
                .rejected,
                APIDialect.noSearch,
                advice: "leave out api_dialect: early_access where the current platform serves this organization"
            )
        }
        let call = query.call(organizationID: settings.organizationID)
        return try await answer(to: call) { json, trackingID throws(ProviderError) in
            try SearchAnswer(json, to: query, trackingID: trackingID)
        }
    }
}
