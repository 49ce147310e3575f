import Recordings
import Testing

@testable import Manifest

/// Compares everything that the manifest says with the rules.
extension Model {
    func check(_ fixture: Fixture) async throws {
        try await checkCalls(fixture)
        try await checkList(fixture)
        try await checkDays(fixture)
        try await checkGaps(fixture)
        try await checkArchives(fixture)
        try #require(reservations.held == Set(work.values.map(\.row)), "\(place)")
    }

    func altered(_ fixture: Fixture) async throws -> AlteredArchives {
        var altered = AlteredArchives()
        for file in try await fixture.manifest.sealedFiles() where archives[file.name]?.isGone ?? false {
            altered.add(file, reason: "its file is missing")
        }
        return altered
    }

    func standpoint(_ fixture: Fixture) async throws -> Standpoint {
        let altered = try await altered(fixture)
        return Standpoint(now: now, today: Fixture.day(now), horizon: .hours(168), altered: altered)
    }

    // MARK: - Calls

    private struct Told: Equatable {
        var state: RecordingState
        var reason: GapReason?
        var archive: ArchiveName?
        var offset: Int64?
        var digest: ContentDigest?
    }

    private func checkCalls(_ fixture: Fixture) async throws {
        let calls = try await fixture.manifest.calls(at: try await standpoint(fixture)).collected()
        let told = calls.flatMap(\.recordings).map { row in
            (
                row.key,
                Told(
                    state: row.state,
                    reason: row.failureCode,
                    archive: row.held?.archive,
                    offset: row.held?.offset,
                    digest: row.held?.digest
                )
            )
        }
        let expected = allKeys.map { key in
            let entry = copy(of: key)?.entry
            return (
                key,
                Told(
                    state: state(key),
                    reason: reason(key),
                    archive: recordings[key]?.holder,
                    offset: entry?.offset,
                    digest: entry?.stored.digest
                )
            )
        }
        let (all, known) = (Dictionary(uniqueKeysWithValues: told), Dictionary(uniqueKeysWithValues: expected))
        let differences = Set(all.keys).union(known.keys).filter { all[$0] != known[$0] }.map { key in
            """
            \(key.name) is told as \(all[key].map { "\($0)" } ?? "nothing"), \
            and is \(known[key].map { "\($0)" } ?? "nothing")
            """
        }
        try #require(differences == [], "\(place)")
        let states = Dictionary(uniqueKeysWithValues: calls.map { ($0.taskID, $0.state) })
        try #require(states == Dictionary(uniqueKeysWithValues: tasks.keys.map { ($0, callState($0)) }), "\(place)")
    }

    /// The content of the list of one state, a different one each time.
    private func checkList(_ fixture: Fixture) async throws {
        let all = RecordingState.allCases.map(ListFilter.State.recording) + [.gap, .explained, .missing]
        let state = all[steps % all.count]
        let rows = try await fixture.manifest.entries(ListFilter(state: state), at: try await standpoint(fixture))
            .collected()
        let told = rows.map { row in
            switch row {
            case .recording(let row): row.key.name
            case .gap(let gap): "\(gap.taskID)"
            }
        }
        let empty = tasks.keys.filter(isEmpty)
        let missing = allKeys.filter(isGivenUp)
        let (explained, unexplained) = (
            missing.filter(isExplained).map(\.name) + empty.filter { explanations[$0] != nil }.map { "\($0)" },
            missing.filter { !isExplained($0) && self.state($0) == .failed }.map(\.name)
                + empty.filter { explanations[$0] == nil && !isAwaited($0) }.map { "\($0)" }
        )
        let expected =
            switch state {
            case .recording(let state):
                allKeys.filter { self.state($0) == state }.map(\.name)
                    + (state == .pending ? empty.filter(isAwaited) : []).map { "\($0)" }
            case .gap: allKeys.filter { reason($0) != nil }.map(\.name) + empty.map { "\($0)" }
            case .explained: explained
            case .missing: unexplained
            case .suspect: [String]()
            }
        try #require(told.sorted() == expected.sorted(), "\(place): \(state)")
    }

    // MARK: - Gaps

    private struct Missing: Hashable {
        var task: TaskID
        var recording: RecordingKey?
        var reason: GapReason
        var isExplained: Bool
    }

    private func checkGaps(_ fixture: Fixture) async throws {
        let standpoint = try await standpoint(fixture)
        let gaps = try await fixture.manifest.gaps(GapFilter(organization: fixture.acme), at: standpoint)
        let told = gaps.map {
            Missing(task: $0.taskID, recording: $0.recording, reason: $0.reason, isExplained: $0.explanation != nil)
        }
        let empty = tasks.keys.compactMap { id in
            reason(id).map { Missing(task: id, reason: $0, isExplained: explanations[id] != nil) }
        }
        let missing = allKeys.compactMap { key in
            reason(key).map {
                Missing(task: key.taskID, recording: key, reason: $0, isExplained: isExplained(key))
            }
        }
        try #require(told.count == Set(told).count, "\(place)")
        try #require(Set(told) == Set(empty + missing), "\(place)")
        for day in Self.days {
            let filter = GapFilter(organization: fixture.acme, day: day)
            let ofDay = try await fixture.manifest.gaps(filter, at: standpoint)
            try #require(ofDay == gaps.filter { $0.day == day }, "\(place)")
        }
    }

    // MARK: - Archives

    private func checkArchives(_ fixture: Fixture) async throws {
        let manifest = fixture.manifest
        let sealed = try await manifest.sealedArchives()
        try #require(sealed.map(\.name) == self.sealed, "\(place)")
        let open = try await manifest.openArchives()
        try #require(Set(open.map(\.name)) == Set(archives.keys).subtracting(self.sealed), "\(place)")
        let counts = Dictionary(
            uniqueKeysWithValues: sealed.map { ($0.name, $0.recordings) } + open.map { ($0.name, $0.recordings) }
        )
        try #require(counts == archives.mapValues(\.copies.count), "\(place)")
        for (name, archive) in archives { try await check(archive, name, manifest) }
        let displaced = try await manifest.displacedCopies()
        let excluded = archives.flatMap { name, archive in
            archive.copies.compactMap { key, copy in
                copy.exclusion.map { Excluded(archive: name, key: key, reason: $0, holder: recordings[key]?.holder) }
            }
        }
        try #require(displaced.count == excluded.count, "\(place)")
        let told = displaced.map {
            Excluded(archive: $0.archive, key: $0.key, reason: $0.reason, holder: $0.counting?.archive)
        }
        try #require(Set(told) == Set(excluded), "\(place)")
        let altered = try await altered(fixture)
        for day in Self.days {
            let standings = try await manifest.archiveStandings(fixture.acme, day: day, altered: altered)
            for standing in standings {
                let name = standing.archive.name
                try #require(standing.state == self.standing(name), "\(place): \(name)")
                let counting = archives[name]?.copies.filter { $0.value.exclusion == nil }.keys.map(state) ?? []
                try #require(standing.damaged == counting.count { $0 == .damaged }, "\(place): \(name)")
                try #require(standing.counting == counting.count { $0 == .archived }, "\(place): \(name)")
            }
        }
        let figures = try await manifest.damageFigures(fixture.acme, altered: altered)
        let damaged = allKeys.filter { state($0) == .damaged }
        try #require(figures.repairable == damaged.count { !isGivenUp($0) }, "\(place)")
        try #require(figures.lost == damaged.count { isGivenUp($0) && !isExplained($0) }, "\(place)")
        try #require(Set(figures.archives.map(\.name)) == Set(archives.filter { isDamaged($0.value) }.keys), "\(place)")
        try #require(figures.days == Set(Self.days.filter(isDamaged)), "\(place)")
    }

    private struct Excluded: Hashable {
        var archive: ArchiveName
        var key: RecordingKey
        var reason: DisplacedCopy.Reason
        var holder: ArchiveName?
    }

    /// Copies that do not count are in the archive nevertheless.
    private func check(_ archive: Archive, _ name: ArchiveName, _ manifest: Manifest) async throws {
        let members = try await manifest.archivedRecordings(in: name).collected()
        let told = members.map { Member(digest: $0.digest, isCounting: $0.isCounting, replacedBy: $0.replacedBy) }
        let expected = archive.copies.map { key, copy in
            let counts = copy.exclusion == nil
            return Member(
                digest: copy.entry.stored.digest,
                isCounting: counts,
                replacedBy: counts || recordings[key]?.isSpoiled ?? false ? nil : recordings[key]?.holder
            )
        }
        try #require(told.count == expected.count, "\(place): \(name)")
        try #require(Set(told) == Set(expected), "\(place): \(name)")
    }

    private struct Member: Hashable {
        var digest: ContentDigest
        var isCounting: Bool
        var replacedBy: ArchiveName?
    }
}
