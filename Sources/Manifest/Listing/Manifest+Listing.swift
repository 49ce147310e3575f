import GRDB
import Recordings

extension Manifest {
    /// Adds an organization, or finds it.
    /// - Throws: `conflict` if the name belongs to another organization ID, or the ID to another name.
    package func register(_ name: OrganizationName, id: OrganizationID) async throws -> OrganizationRow {
        try await write { db in
            try OrganizationRow.requireSame(name, id: id, in: db)
            return try OrganizationRow.registered(name, id: id, in: db)
        }
    }

    /// Checks that the manifest knows an organization under this name and no other; changes nothing. An organization
    /// that is not known at all is accepted.
    /// - Throws: `conflict` as ``register(_:id:)`` does.
    package func requireSame(_ name: OrganizationName, id: OrganizationID) async throws {
        try await read { db in try OrganizationRow.requireSame(name, id: id, in: db) }
    }

    /// All organizations, by name.
    package func organizations() async throws -> [OrganizationRow] {
        try await read { db in
            try Row.fetchAll(db, sql: "SELECT row, name, id FROM organization ORDER BY name").map(OrganizationRow.init)
        }
    }

    /// Records a page of a listing. New tasks are inserted, known ones are updated, and every task that may have
    /// captures gets a question. A task keeps its first creation time and day, because its recordings may already be in
    /// that day's archive.
    /// - Parameter day: the day that an instant belongs to.
    /// - Throws: `unknown` if the organization is not registered.
    package func noteListed(
        _ tasks: [ListedTask],
        organization: OrganizationName,
        day: @escaping @Sendable (Timestamp) -> ArchiveDay,
        now: Timestamp
    ) async throws -> ListingNote {
        try await write { db in
            let row = try OrganizationRow.row(of: organization, in: db)
            var note = ListingNote()
            let rows = KnownRows()
            try KnownTask.forEach(tasks, about: \.id, organization: row, in: db) { task, known in
                let listing = Listing(
                    task: task,
                    day: day(task.createdTime),
                    organization: row,
                    organizationName: organization,
                    now: now,
                    rows: rows
                )
                switch try listing.take(known, in: db) {
                case .new: note.new += 1
                case .changed: note.changed += 1
                case .known: note.known += 1
                }
            }
            return note
        }
    }

    /// The time through which the listing of `organization` is complete; `nil` before the first pass.
    package func watermark(_ organization: OrganizationName) async throws -> Timestamp? {
        try await read { db in
            try Row.fetchOne(
                db,
                sql: "SELECT listed_through FROM organization WHERE name = ?",
                arguments: [organization.description]
            )?[0]
        }
    }

    /// Records that the listing is complete through `time`. The change is durable, and the time never moves back.
    /// - Parameter from: when the complete listing begins, if that is earlier than what is known; `nil` changes
    ///   nothing.
    package func setWatermark(
        _ organization: OrganizationName,
        listedFrom from: Timestamp? = nil,
        listedThrough time: Timestamp
    ) async throws {
        try await write(.machine) { db in
            let row = try OrganizationRow.row(of: organization, in: db)
            try db.execute(
                sql: """
                    UPDATE organization SET listed_through = max(coalesce(listed_through, :time), :time),
                        listed_from = min(coalesce(listed_from, :from), coalesce(:from, listed_from))
                    WHERE row = :row
                    """,
                arguments: ["time": time.stored, "from": from?.stored, "row": row]
            )
        }
    }

    /// Records that a listing may have left out a task of these days. None of them is closed until a listing of the
    /// whole day leaves no doubt.
    package func noteListingDoubts(_ organization: OrganizationName, days: [ArchiveDay], now: Timestamp) async throws {
        try await write { db in
            let row = try OrganizationRow.row(of: organization, in: db)
            for day in days {
                try db.execute(
                    sql: "INSERT OR REPLACE INTO listing_doubt (organization, day, time) VALUES (?, ?, ?)",
                    arguments: [row, day.stored, now.stored]
                )
                try db.execute(
                    sql: "UPDATE day_close SET is_current = 0 WHERE organization = ? AND day = ? AND is_current",
                    arguments: [row, day.stored]
                )
            }
        }
    }

    /// Records that these days were listed completely and without a doubt.
    package func clearListingDoubts(_ organization: OrganizationName, days: [ArchiveDay]) async throws {
        guard !days.isEmpty else { return }
        try await write { db in
            let row = try OrganizationRow.row(of: organization, in: db)
            for day in days {
                try db.cachedStatement(sql: "DELETE FROM listing_doubt WHERE organization = ? AND day = ?")
                    .execute(arguments: [row, day.stored])
            }
        }
    }
}

extension OrganizationRow {
    init(_ row: Row) throws {
        self.init(row: try row[0], name: try OrganizationName(stored: row[1]), id: try OrganizationID(stored: row[2]))
    }

    static func registered(_ name: OrganizationName, id: OrganizationID, in db: Database) throws -> OrganizationRow {
        if let known = try find(name, in: db) {
            try known.requireID(id)
            return known
        }
        try db.execute(
            sql: "INSERT INTO organization (name, id) VALUES (?, ?)",
            arguments: [name.description, id.stored]
        )
        return OrganizationRow(row: db.lastInsertedRowID, name: name, id: id)
    }

    /// - Throws: `conflict` if the name belongs to another ID, or the ID to another name. A manifest of an earlier
    ///   version can have one ID under two names. Each of these names is known with that ID, and both are accepted.
    static func requireSame(_ name: OrganizationName, id: OrganizationID, in db: Database) throws {
        if let known = try find(name, in: db) { return try known.requireID(id) }
        let rows = try Row.fetchAll(db, sql: "SELECT row, name, id FROM organization ORDER BY name")
        guard let former = try rows.map(OrganizationRow.init).first(where: { $0.id.isSame(as: id) }) else { return }
        throw ManifestError(
            .conflict,
            "organization \(id) is called \(former.name) in the manifest and \(name) in the configuration; call it "
                + "\(former.name) again, as its archives do, or give it an archive.root of its own under the new name"
        )
    }

    private func requireID(_ other: OrganizationID) throws {
        guard !id.isSame(as: other) else { return }
        throw ManifestError(
            .conflict,
            "organization \(name) is \(id) in the manifest and \(other) in the configuration; "
                + "give the other organization another name"
        )
    }

    /// - Throws: `unknown` if the manifest does not know the organization.
    static func required(_ name: OrganizationName, in db: Database) throws -> OrganizationRow {
        if let known = try find(name, in: db) { return known }
        throw ManifestError(.unknown, "the manifest knows no organization \(name); `callark archive` registers it")
    }

    static func find(_ name: OrganizationName, in db: Database) throws -> OrganizationRow? {
        let select = "SELECT row, name, id FROM organization WHERE name = ?"
        return try Row.fetchOne(db, sql: select, arguments: [name.description]).map(OrganizationRow.init)
    }

    static func row(of name: OrganizationName, in db: Database) throws -> Int64 {
        let statement = try db.cachedStatement(sql: "SELECT row FROM organization WHERE name = ?")
        guard let row = try Int64.fetchOne(statement, arguments: [name.description]) else {
            throw ManifestError(.unknown, "the manifest knows no organization \(name); `callark archive` registers it")
        }
        return row
    }
}

/// One listed task that is being recorded.
private struct Listing {
    var task: ListedTask
    var day: ArchiveDay
    var organization: Int64
    var organizationName: OrganizationName
    var now: Timestamp
    var rows: KnownRows

    /// - Parameter known: the task as it is known; `nil` if it is not.
    func take(_ known: KnownTask?, in db: Database) throws -> ListingPlan.Outcome {
        let plan = try ListingPlan(task, known: known?.listed) {
            try known.map { try Sighting.exists($0.row, in: db) } ?? false
        }
        guard let known else {
            try insert(plan, in: db)
            return plan.outcome
        }
        if plan.outcome != .known { try update(known, plan.captureRequest, in: db) }
        switch plan.writing {
        case .leave: break
        case .queue: try queueForSealing(known.row, in: db)
        case .queueIfOther: if try hasChanged(known, in: db) { try queueForSealing(known.row, in: db) }
        case .readFacts: try StoredCall(json: task.json, search: nil)?.save(known.row, in: db, rows)
        }
        try apply(plan.question, to: known, in: db)
        return plan.outcome
    }

    private func insert(_ plan: ListingPlan, in db: Database) throws {
        let json = task.json.made
        let row = try KnownTask.insert(
            TaskEntry(task, day: day, json: json),
            organization: organization,
            isListed: true,
            in: db,
            rows
        )
        try UnsealedTask(json: json).put(row, in: db)
        if case .open(let next) = plan.question { try Question.open(row, next: next, in: db) }
    }

    private func apply(_ question: ListingPlan.QuestionChange, to known: KnownTask, in db: Database) throws {
        switch question {
        case .leave: break
        case .open(let next): try Question.open(known.row, next: next, in: db)
        case .bringForward(let time): try Question.bringForward(known.row, to: time, in: db)
        case .close:
            try Question.close(known.row, in: db)
            let reason = "the provider says that no recording was requested"
            try OpenGap.withdraw(known.row, known.id, organizationName, reason: reason, now: now, in: db)
        }
    }

    private func update(_ known: KnownTask, _ captureRequest: CaptureRequest, in db: Database) throws {
        let update = "UPDATE task SET channel_type = ?, status = ?, capture_request = ?, listed = 1 WHERE row = ?"
        try db.cachedStatement(sql: update).execute(arguments: [
            rows.word(task.channelType, in: db), rows.word(task.status.description, in: db),
            captureRequest.stored, known.row,
        ])
    }

    /// Keeps what Search said before, and has Search asked again.
    private func queueForSealing(_ row: Int64, in db: Database) throws {
        let search = try UnsealedTask.find(row, in: db)?.search
        let json = task.json.made
        try UnsealedTask(json: json, search: search).put(row, in: db)
        try StoredCall(json: json, search: search, source: .task)?.save(row, in: db, rows)
    }

    /// Whether the queue has the task with other JSON.
    private func hasChanged(_ known: KnownTask, in db: Database) throws -> Bool {
        let statement = try db.cachedStatement(sql: "SELECT 1 FROM unsealed_task WHERE task = ? AND json IS NOT ?")
        return try Int.fetchOne(statement, arguments: [known.row, task.json.description]) != nil
    }
}

extension TaskEntry {
    init(_ task: ListedTask, day: ArchiveDay, json: ProviderJSON) {
        self.init(
            id: task.id,
            day: day,
            createdTime: task.createdTime,
            channelType: task.channelType,
            status: task.status,
            captureRequest: task.captureRequest,
            json: json
        )
    }
}

extension KnownTask {
    /// What the rule about listings depends on.
    fileprivate var listed: ListingPlan.Known {
        ListingPlan.Known(
            channelType: channelType,
            status: status,
            captureRequest: captureRequest,
            isListed: isListed,
            isQueued: isQueued,
            hasCallFacts: callSource != nil
        )
    }
}
