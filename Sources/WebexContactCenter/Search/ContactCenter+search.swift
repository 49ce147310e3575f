import Recordings

/// Contacts from the provider's records: they reach further back than the task list, and have more about each contact.
extension ContactCenter {
    /// The contacts created from `from` until before `to`, whether or not they were recorded, fetched page by page as
    /// they are requested. Reaches 36 months back. Contacts of kinds other than the organization's channel types are
    /// left out.
    /// - Parameter channelTypes: kinds other than the organization's own; none for all.
    package func searchTaskPages(
        from: Timestamp,
        to: Timestamp,
        channelTypes: [String]? = nil
    ) -> SearchTaskPages {
        var pages = SearchTaskPages(
            exchange: exchange,
            settings: settings,
            walk: SearchWalk(from: from, to: min(to, endOfListing))
        )
        let wanted = channelTypes ?? settings.channelTypes
        if !wanted.isEmpty { pages.isWanted = { $0.channelType.map(wanted.contains) ?? true } }
        return pages
    }

    /// The sessions of agents that began from `from` until before `to`, fetched page by page.
    package func searchAgentSessions(from: Timestamp, to: Timestamp) -> SearchPages<SearchAgentSession> {
        SearchPages(exchange: exchange, settings: settings, walk: SearchWalk(from: from, to: min(to, endOfListing)))
    }

    /// What Search knows about these contacts, of any kind, each once; unknown ones are left out.
    /// - Parameters:
    ///   - from: before any of them was created; the closer, the fewer requests.
    ///   - to: after all of them were.
    package func searchTasks(
        ids: [TaskID],
        from: Timestamp,
        to: Timestamp
    ) async throws(ProviderError) -> [SearchTask] {
        var seen: Set<TaskID> = []
        var rest = ids.filter { seen.insert($0).inserted }[...]
        var found: [SearchTask] = []
        while !rest.isEmpty {
            let batch = rest.prefix(Self.largestLookUp)
            rest = rest.dropFirst(Self.largestLookUp)
            found += try await searchTasks(batch: Set(batch), from: from, to: min(to, endOfListing))
        }
        return found
    }

    /// The number that fits on a page, so that each batch is one request in each window; a filter may have a thousand.
    private static let largestLookUp = 250

    private func searchTasks(
        batch: Set<TaskID>,
        from: Timestamp,
        to: Timestamp
    ) async throws(ProviderError) -> [SearchTask] {
        let pages = SearchTaskPages(
            exchange: exchange,
            settings: settings,
            walk: SearchWalk(from: from, to: to, span: .hours(30 * 24)),
            filter: .anyOf(batch.sorted())
        )
        var found: [SearchTask] = []
        for try await page in pages {
            // A provider that did not understand the filter would return everything.
            found += page.records.filter { batch.contains($0.id) }
            if found.count == batch.count { break }
        }
        return found
    }
}
