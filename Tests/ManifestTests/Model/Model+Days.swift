import Recordings
import Testing

@testable import Manifest

/// The counts of days, and when they are closed.
extension Model {
    func checkDays(_ fixture: Fixture) async throws {
        let standpoint = try await standpoint(fixture)
        let statuses = try await fixture.manifest.dayStatuses(at: standpoint)
        let window = Fixture.morning..<(Fixture.morning + .hours(48))
        let reckoned = try await fixture.manifest.reconciliation(
            organization: fixture.acme,
            window: window,
            at: standpoint
        )
        let outlook = try await fixture.manifest.closingOutlook(fixture.acme, altered: standpoint.altered)
        for day in Self.days {
            let figures = figures(day)
            let status = statuses.first { $0.day == day } ?? DayStatus(organization: fixture.acme, day: day)
            try #require(
                Self.figures(status) == figures.filter { Self.figures(status)[$0.key] != nil },
                "\(place): \(day)"
            )
            let reckoning =
                reckoned.first { $0.day == day } ?? DayReconciliation(organization: fixture.acme, day: day)
            if reckoned.contains(where: { $0.day == day }) {
                try #require(Self.figures(reckoning) == figures, "\(place): \(day)")
                try #require(
                    reckoning.summary.isComplete == isComplete(day, today: standpoint.today),
                    "\(place): \(day)"
                )
                try #require(reckoning.isDamaged == isDamaged(day), "\(place): \(day)")
            }
            let isKnown = statuses.contains { $0.day == day }
            try #require(
                !isKnown || status.isComplete(today: standpoint.today) == isComplete(day, today: standpoint.today)
            )
            try #require(!isKnown || status.isDamaged == isDamaged(day), "\(place): \(day)")
            try #require(outlook.damaged.contains(day) == isDamaged(day), "\(place): \(day)")
            guard outlook.closed.contains(day) else {
                try #require(!status.isClosed && !reckoning.isClosed, "\(place): \(day)")
                continue
            }
            // A closed day is as it was when it was closed, and could be closed again. An open archive of the day has
            // at most copies that do not count.
            try #require(isClosable(day), "\(place): \(day)")
            try #require(!keys(of: day).contains { state($0) == .stored }, "\(place): \(day)")
            try #require(closed[day] == contents(day), "\(place): \(day)")
            try #require(!isKnown || status.isClosed, "\(place): \(day)")
            let account = try await fixture.manifest.account(fixture.acme, day: day, at: standpoint)
            let counted = [
                "archived", "explained", "bytes", "audio", "listed", "unexplained", "damaged", "failed", "gaps",
            ]
            try #require(
                Self.figures(account.figures).filter { counted.contains($0.key) }
                    == figures.filter { counted.contains($0.key) },
                "\(place): \(day)"
            )
        }
    }

    /// A record of a day says what is held and what is explained, and nothing else.
    func check(_ record: DayClose) throws {
        let figures = figures(record.day)
        func figure(_ name: String) -> Int64 { figures[name] ?? 0 }
        try #require(Int64(record.recordings.archived) == figure("archived") + figure("stored"), "\(place)")
        try #require(Int64(record.recordings.explained) == figure("explained"), "\(place)")
        try #require(record.recordings.expected == record.recordings.archived + record.gaps.count, "\(place)")
        try #require(record.gaps.allSatisfy { $0.explanation != nil }, "\(place)")
        try #require(Int64(record.tasks.listed) == figure("listed"), "\(place)")
        try #require(record.bytes == figure("bytes") && record.audioMilliseconds == figure("audio"), "\(place)")
    }

    private func isComplete(_ day: ArchiveDay, today: ArchiveDay) -> Bool {
        isClosable(day) && (day >= today || !keys(of: day).contains { state($0) == .stored })
    }

    /// The counts of a day.
    private func figures(_ day: ArchiveDay) -> [String: Int64] {
        let keys = keys(of: day)
        let tasks = tasks(of: day)
        let listed = tasks.filter { self.tasks[$0]?.isListed ?? false }
        func count(_ state: RecordingState) -> Int { keys.count { self.state($0) == state } }
        let gaps = tasks.filter(isEmpty)
        let missing = keys.filter { isGivenUp($0) || state($0) == .damaged }
        let whole = keys.filter { [.archived, .stored].contains(state($0)) }.compactMap { copy(of: $0)?.entry }
        let explained = gaps.count { explanations[$0] != nil } + missing.count(where: isExplained)
        var figures: [String: Int] = [
            "known": keys.count, "archived": count(.archived), "stored": count(.stored), "pending": count(.pending),
            "failed": count(.failed), "damaged": count(.damaged), "gaps": gaps.count, "explained": explained,
            "unexplained": gaps.count + missing.count - explained, "unrepaired": keys.count(where: isUnrepaired),
            "archives damaged": archives.count { $0.key.day == day && isDamaged($0.value) },
            "overdue": day < Fixture.day(now) ? count(.stored) : 0,
            "bytes": Int(whole.reduce(0) { $0 + $1.stored.byteCount }),
            "audio": Int(whole.reduce(0) { $0 + ($1.audio?.durationMilliseconds ?? 0) }),
        ]
        figures["listed"] = listed.count
        figures["not requested"] = listed.count { self.tasks[$0]?.request == .notRequested }
        figures["requested"] = listed.count { id in
            let request = self.tasks[id]?.request
            return request == .requested || request == .undetermined && !self.keys(of: id).isEmpty
        }
        figures["undetermined"] = listed.count(where: isUndetermined)
        figures["awaited"] = gaps.count(where: isAwaited)
        figures["unresolved"] = listed.count(where: isUnresolved)
        return figures.mapValues(Int64.init)
    }

    private static func figures(_ day: DayReconciliation) -> [String: Int64] {
        let (recordings, tasks) = (day.summary.recordings, day.summary.tasks)
        let figures: [String: Int] = [
            "known": recordings.known, "archived": recordings.archived, "stored": recordings.stored,
            "pending": recordings.pending, "failed": recordings.failed, "damaged": recordings.damaged,
            "gaps": recordings.gaps, "awaited": recordings.awaited, "explained": recordings.explained,
            "unexplained": recordings.unexplained,
            "unrepaired": recordings.unrepaired, "archives damaged": recordings.archivesDamaged,
            "overdue": recordings.overdue, "bytes": Int(day.bytes), "audio": Int(day.audioMilliseconds),
            "listed": tasks.listed, "not requested": tasks.notRequested, "requested": tasks.captureRequested,
            "undetermined": tasks.undetermined, "unresolved": tasks.unresolved,
        ]
        return figures.mapValues(Int64.init)
    }

    private static func figures(_ day: DayStatus) -> [String: Int64] {
        let figures: [String: Int] = [
            "archived": day.archived, "stored": day.stored, "pending": day.pending, "failed": day.failed,
            "damaged": day.damaged, "unrepaired": day.unrepaired, "gaps": day.gaps, "awaited": day.awaited,
            "explained": day.explained, "unexplained": day.unexplained,
            "unresolved": day.undetermined,
        ]
        return figures.mapValues(Int64.init)
    }
}
