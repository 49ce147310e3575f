import GRDB
import Recordings

extension Manifest {
    /// When those tasks of `window` were created that Search has yet to be asked about. They are over, or have no
    /// status because another source named them, and Search has not been asked since they last changed. Sealed tasks
    /// count only if they were created at or after `sealedSince`.
    /// - Returns: spans of time, in order, that have such tasks in them. Between two spans there is at least `gap`
    ///   without one.
    package func spansToSearch(
        organization: OrganizationName,
        window: Range<Timestamp>,
        sealedSince: Timestamp,
        gap: Duration
    ) async throws -> [Range<Timestamp>] {
        try await read { db in
            let due = try DueCall.cursor(organization: organization, window: window, sealedSince: sealedSince, in: db)
            var spans: [Range<Timestamp>] = []
            while let task = try due.next() {
                let created: Timestamp = try task["created_time"]
                if let last = spans.last, created < last.upperBound + gap {
                    spans[spans.count - 1] = last.lowerBound..<max(last.upperBound, created + .milliseconds(1))
                } else {
                    spans.append(created..<(created + .milliseconds(1)))
                }
            }
            return spans
        }
    }

    /// Records what Search says about tasks that it has yet to be asked about; leaves all others unchanged. The day's
    /// sealing writes it into the archive; if the day is already sealed, its next supplement has it.
    /// - Returns: for how many tasks this was new.
    /// - Throws: `unknown` if the organization is not registered.
    package func noteSearched(_ rows: [SearchedTask], organization: OrganizationName) async throws -> Int {
        try await write { db in
            let organization = try OrganizationRow.row(of: organization, in: db)
            let knownRows = KnownRows()
            var news = 0
            try TaskSnapshot.forEach(rows, about: \.id, organization: organization, in: db) { row, snapshot in
                guard let snapshot, [nil, .task].contains(snapshot.task.callSource) else { return }
                let (task, json) = (snapshot.task, row.json.made)
                var unsealed = snapshot.unsealed ?? UnsealedTask()
                unsealed.search = json
                let facts = unsealed.json == nil ? try StoredCall.find(task.row, in: db)?.facts : nil
                try StoredCall(json: unsealed.json, search: json, known: facts)?.save(task.row, in: db, knownRows)
                try unsealed.put(task.row, in: db)
                news += 1
            }
            return news
        }
    }

    /// Records that Search was asked about all of `span`, and has nothing about the tasks in it that it left out. It is
    /// not asked about them again until they change.
    /// - Parameter unripe: tasks about which it will soon have more.
    package func noteNotFoundInSearch(
        organization: OrganizationName,
        span: Range<Timestamp>,
        except unfinished: Set<TaskID> = []
    ) async throws {
        try await write { db in
            let due = try DueCall.cursor(organization: organization, window: span, sealedSince: span.lowerBound, in: db)
            var rows: [(Int64, Bool)] = []
            while let task = try due.next() {
                guard try unfinished.isEmpty || !unfinished.contains(TaskID(stored: task["id"])) else { continue }
                rows.append((try task["row"], try task["has_search"]))
            }
            for (row, hasSearch) in rows {
                let source: CallSource = hasSearch ? .search : .taskOnly
                let known = try StoredCall.find(row, in: db)?.facts ?? CallFacts()
                try StoredCall(facts: known, source: source).save(row, in: db)
            }
        }
    }
}

extension StoredCall {
    init(facts: CallFacts, source: CallSource) {
        self.facts = facts
        self.source = source
    }
}
