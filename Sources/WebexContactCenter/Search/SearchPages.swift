import Recordings
import Transfer

/// Where records of one kind are found.
package struct SearchSource: Sendable {
    let root: SearchRoot
    let selection: SearchSelection
}

/// A record as the provider wrote it.
package struct SearchRow: Sendable {
    let value: JSONValue
}

/// The contacts that Search lists, page by page.
package typealias SearchTaskPages = SearchPages<SearchTask>

/// What Search lists for a span of time, page by page, each fetched when it is requested.
package struct SearchPages<Record: SearchRecord>: AsyncSequence, Sendable {
    /// The error of a failed iteration.
    package typealias Failure = ProviderError

    let exchange: ProviderExchange
    let settings: ProviderSettings
    let walk: SearchWalk
    var filter: JSONValue?
    /// Which of the listed records are returned.
    var isWanted: @Sendable (Record) -> Bool = { _ in true }

    /// Starts a new listing.
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

    /// Iterates through one listing.
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

        /// - Throws: `rejected` if the provider complains about something that it was not asked for.
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
