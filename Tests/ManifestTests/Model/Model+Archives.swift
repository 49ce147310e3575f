import Recordings
import Testing

@testable import Manifest

/// What happens to archives, and what readings, repairs and the beginnings of passes do about it.
extension Model {
    /// A file disappears or comes back.
    mutating func remove(_ random: inout SplitMix) {
        guard let name = sealed.randomElement(using: &random) else { return }
        archives[name]?.isGone.toggle()
    }

    /// An archive is read from end to end: the result replaces that of an earlier reading.
    mutating func read(_ fixture: Fixture, _ random: inout SplitMix) async throws {
        guard let name = archives.keys.sorted().randomElement(using: &random), let archive = archives[name],
            !archive.isGone
        else { return }
        var places = Set(archive.places.filter { _ in Int.random(in: 0..<4, using: &random) == 0 })
        let own = Int.random(in: 0..<6, using: &random) == 0 ? 1 : 0
        let damaged = places.map { DamagedRecording(archive: name, taskID: $0.taskID, offset: $0.offset) }
        let strange = DamagedRecording(archive: name, taskID: try Fixture.taskID(99), offset: 7)
        let isStrange = Int.random(in: 0..<8, using: &random) == 0
        let finding = ReadingFinding(
            faults: damaged.count + own + (isStrange ? 1 : 0),
            ownFaults: own,
            damaged: damaged + (isStrange ? [strange] : [])
        )
        try await fixture.manifest.noteRead(name, finding, now: now)
        places.formIntersection(archive.places)
        for (key, copy) in archive.copies where copy.exclusion == nil {
            recordings[key]?.isSpoiled = places.contains(Place(copy))
        }
        if archive.isSealed { archives[name]?.hasOwnFault = own > 0 || isStrange }
    }

    /// A repair begins: damaged recordings of a sealed archive are wanted again. Two recordings of a task that claim
    /// the same place are damaged together.
    mutating func exclude(_ fixture: Fixture, _ random: inout SplitMix) async throws {
        guard let name = sealed.randomElement(using: &random), let archive = archives[name] else { return }
        let places = archive.places.filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
        let damaged = places.map { DamagedRecording(archive: name, taskID: $0.taskID, offset: $0.offset) }
        for _ in 0..<2 { try await fixture.manifest.noteDamaged(damaged, now: now) }
        for (key, copy) in archive.copies where copy.exclusion == nil && places.contains(Place(copy)) {
            exclude(key)
            countOpenCopy(key)
        }
    }

    /// A sealed archive is damaged in itself: some of what counts in it is copied into the open archive of its day.
    mutating func copyOut(_ fixture: Fixture, _ random: inout SplitMix) async throws {
        guard let name = sealed.randomElement(using: &random), let archive = archives[name] else { return }
        let open = try await fixture.manifest.openArchive(for: fixture.acme, day: name.day, now: now)
        archives[open] = archives[open] ?? Archive()
        var group: [StoredRecording] = []
        for key in allKeys where recordings[key]?.holder == name && Int.random(in: 0..<3, using: &random) > 0 {
            guard archives[open]?.copies[key] == nil, var entry = archive.copies[key]?.entry else { continue }
            entry.offset = (archives[open]?.end ?? 0) + 1024
            entry.replaces = name
            let rows = try await fixture.manifest.recordings(of: key.taskID, organization: fixture.acme)
            let row = try #require(rows.first { $0.key == key }, "\(place)")
            group.append(StoredRecording(row: row.row, entry: entry))
            exclude(key)
            hold(key, entry, in: open)
        }
        let extent = ArchiveExtentRow(tarBytes: archives[open]?.end ?? 0, journalBytes: Int64(copiesMade))
        for _ in 0..<2 {
            try await fixture.manifest.noteCopied(group, from: name, extents: [open: extent], now: now)
        }
    }

    /// A copy that did not count was read and is intact: it counts if none does.
    mutating func reinstate(_ fixture: Fixture, _ random: inout SplitMix) async throws {
        guard let copy = try await fixture.manifest.displacedCopies().randomElement(using: &random) else { return }
        if isHeld(copy.key) {
            try #require(
                await failure { try await fixture.manifest.noteReinstated(copy, now: now) } == .conflict,
                "\(place)"
            )
            return
        }
        dropWork()
        try await fixture.manifest.noteReinstated(copy, now: now)
        guard let entry = archives[copy.archive]?.copies[copy.key]?.entry else { return }
        hold(copy.key, entry, in: copy.archive)
    }

    /// After a crash, an open archive in the spool has less than the manifest says, or more.
    mutating func recover(_ fixture: Fixture, _ random: inout SplitMix) async throws {
        dropWork()
        guard
            let name = archives.keys.sorted().filter({ archives[$0]?.isSealed == false }).randomElement(using: &random),
            let archive = archives[name]
        else { return }
        var whole = allKeys.filter { archive.copies[$0] != nil }
            .filter { _ in Int.random(in: 0..<4, using: &random) > 0 }.compactMap { archive.copies[$0]?.entry }
        let strangers = try strangers(to: name, &random).filter { _ in Int.random(in: 0..<4, using: &random) == 0 }
        whole += strangers
        let keys = Set(whole.map(\.key))
        let held = archive.copies.filter { $0.value.exclusion == nil }.keys
        let lost = try await fixture.manifest.noteRecovered(
            name,
            extent: ArchiveExtentRow(tarBytes: archive.end, journalBytes: Int64(copiesMade)),
            whole: whole,
            now: now
        )
        try #require(Set(lost) == Set(held).subtracting(keys), "\(place)")
        archives[name]?.copies = [:]
        for key in held where !keys.contains(key) { lose(key) }
        for entry in whole { _ = take(entry, into: name) }
    }

    /// A sealed archive on the disk that the manifest does not know, or knows as open, is added: at once, after an
    /// interruption, or not at all.
    mutating func adoptSealed(_ fixture: Fixture, _ random: inout SplitMix) async throws {
        dropWork()
        guard let day = Self.days.randomElement(using: &random) else { return }
        let known = open(day).flatMap { Bool.random(using: &random) ? $0 : nil }
        let name = try known ?? unknown(day, fixture, &random)
        var entries = known.flatMap { archives[$0] }?.copies.values.map(\.entry).sorted { $0.offset < $1.offset } ?? []
        entries = entries.filter { _ in Int.random(in: 0..<4, using: &random) > 0 }
        entries += try strangers(to: name, &random)
        let archive = ArchiveRow(
            name: name,
            byteCount: 99_999,
            digest: try Fixture.digest(name.sequence),
            recordings: entries.count,
            sealedTime: nil
        )
        let before = archives[name]?.copies.filter { $0.value.exclusion == nil } ?? [:]
        var found = archives[name] ?? Archive()
        found.copies = before
        archives[name] = found
        if Int.random(in: 0..<3, using: &random) == 0 {
            var other = archive
            other.recordings += 1
            let interruption = await failure { try await adopt(other, entries, fixture) }
            try #require(interruption == .conflict, "\(place)")
            for entry in entries { _ = take(entry, into: name) }
            if Bool.random(using: &random) { return try await leaveOut(name, fixture) }
        }
        let duplicates = try await adopt(archive, entries, fixture)
        for key in before.keys where !entries.contains(where: { $0.key == key }) {
            lose(key)
            archives[name]?.copies[key] = nil
        }
        let taken = entries.filter { take($0, into: name) }
        archives[name]?.isSealed = true
        try #require(Set(duplicates) == Set(entries.map(\.key)).subtracting(taken.map(\.key)), "\(place)")
        let again = await failure { try await adopt(archive, entries, fixture) }
        try #require(again == .conflict, "\(place): nothing is taken in twice")
    }

    private func adopt(
        _ archive: ArchiveRow,
        _ recordings: [RecordingEntry],
        _ fixture: Fixture
    ) async throws -> [RecordingKey] {
        try await fixture.manifest.restore(
            archive,
            organizationID: fixture.acmeID,
            tasks: Stream([]),
            recordings: Stream(recordings),
            schedule: nil,
            now: now
        )
    }

    /// Nothing of an archive that could not be added is held.
    private mutating func leaveOut(_ name: ArchiveName, _ fixture: Fixture) async throws {
        try await fixture.manifest.undoAdoption(name, now: now)
        let lost = allKeys.filter { recordings[$0]?.holder == name }
        for key in lost { lose(key) }
        archives[name] = nil
        for key in lost { countOpenCopy(key) }
    }

    /// An open archive in the spool that the manifest does not know, or that has more than it says.
    mutating func adoptOpen(_ fixture: Fixture, _ random: inout SplitMix) async throws {
        dropWork()
        guard let day = Self.days.randomElement(using: &random) else { return }
        let name = try open(day) ?? unknown(day, fixture, &random)
        let entries = try strangers(to: name, &random)
        guard !entries.isEmpty else { return }
        archives[name] = archives[name] ?? Archive()
        let before = Set(allKeys.filter { recordings[$0]?.holder == name })
        let count = try await fixture.manifest.noteAdopted(
            name,
            extent: ArchiveExtentRow(tarBytes: 1 << 30, journalBytes: Int64(copiesMade)),
            recordings: entries,
            schedule: nil,
            now: now
        )
        let taken = entries.filter { take($0, into: name) }
        try #require(count == Set(taken.map(\.key)).subtracting(before).count, "\(place)")
    }
}

// MARK: - What archives hold

extension Model {
    /// The place of a recording in an archive, as a reading names it.
    struct Place: Hashable {
        var taskID: TaskID
        var offset: Int64

        init(_ copy: Copy) {
            taskID = copy.entry.key.taskID
            offset = copy.entry.offset
        }
    }

    /// A name that no archive of the day has: after the others, or in a gap between them.
    private func unknown(_ day: ArchiveDay, _ fixture: Fixture, _ random: inout SplitMix) throws -> ArchiveName {
        let taken = Set(archives.keys.filter { $0.day == day }.map(\.sequence))
        let free = (1...((taken.max() ?? 0) + 2)).filter { !taken.contains($0) }
        let sequence = try #require(free.randomElement(using: &random))
        return ArchiveName(organization: fixture.acme, day: day, sequence: sequence)
    }

    /// Recordings of an archive's day that it does not have yet, as its metadata may name them: known ones and others.
    /// Some say that they replace another archive's, and some claim the place of another recording of their task.
    private mutating func strangers(to name: ArchiveName, _ random: inout SplitMix) throws -> [RecordingEntry] {
        var entries: [RecordingEntry] = []
        var end = archives[name]?.end ?? 0
        for number in Self.numbers.shuffled(using: &random).prefix(6) {
            let id = try Fixture.taskID(number)
            guard Self.day(of: id) == name.day else { continue }
            for part in 1...3 where Bool.random(using: &random) {
                let captured = try Self.captured(id, part)
                guard archives[name]?.copies[captured.key] == nil else { continue }
                let holder = recordings[captured.key]?.holder
                let replaces = Bool.random(using: &random) ? holder : nil
                let last = entries.last.flatMap { $0.key.taskID == id ? $0.offset : nil }
                let shared = Int.random(in: 0..<5, using: &random) == 0 ? last : nil
                entries.append(try entry(captured, offset: shared ?? end + 1024, replaces: replaces))
                end += 1_000_000
            }
        }
        return entries
    }
}

extension Model.Archive {
    /// In an order that does not change between runs.
    fileprivate var places: [Model.Place] {
        Set(copies.values.map(Model.Place.init)).sorted { ($0.offset, $0.taskID) < ($1.offset, $1.taskID) }
    }
}
