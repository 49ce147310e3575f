import Files
import Logging
import Recordings

/// Writes daily archives, open ones and their sealing, on a thread of its own. One writer for a root, held together with
/// its ``PassLock``.
///
/// An archive that lies in the spool when the process starts is not touched before ``recover(_:known:rereading:)`` was
/// asked about it, because only the manifest knows how much of it counts. The same holds where the manifest could not
/// record a ``StoredGroup``: recover the group's archives with what the manifest does know before going on.
package actor ArchiveWriter {
    private let root: ArchiveRoot
    private let logger: Logger
    private let executor: DiskExecutor
    /// Where salts come from.
    private var randomness: any RandomNumberGenerator & Sendable

    /// How far each archive goes that is known to be durable and sound.
    private var extents: [ArchiveName: ArchiveExtent] = [:]
    /// The groups that were appended beyond that and wait for ``synchronize(_:)``, in their order, with their ends.
    private var begun: [ArchiveName: [(group: Int, end: ArchiveExtent)]] = [:]
    private var groupCount = 0
    /// Archives that are open at this moment, the one used last at the end: each costs a buffer and two descriptors.
    private var open: [(name: ArchiveName, archive: OpenArchiveFile)] = []
    /// Archives whose sealing is under way: nothing may be appended to them.
    private var sealing: Set<ArchiveName> = []

    private static let openLimit = 8

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameter randomness: where salts come from. Only what nobody can guess will do, except in tests.
    package init(
        root: ArchiveRoot,
        logger: Logger,
        randomness: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
    ) {
        self.root = root
        self.logger = logger
        self.randomness = randomness
        executor = DiskExecutor(label: "callark.archive-writer")
    }

    /// Appends recordings to their archives, making those that do not exist. On return everything is durable; the
    /// manifest may say so.
    /// - Throws: what ``begin(_:)`` and ``synchronize(_:)`` throw.
    package func append(_ group: [(ArchiveName, PendingMember)]) async throws(ArchiveError) -> StoredGroup {
        try await synchronize([try begin(group)])
    }

    /// Appends recordings to their archives, making those that do not exist, and hands them to the disk without waiting
    /// until they are durable. What they held in memory is given back one by one. Each group that was begun is made
    /// durable by ``synchronize(_:)``, in the order of beginning; meanwhile others may be begun.
    /// - Throws: where anything failed, and then nothing of the group is kept. `.damaged` with a part file's path: that
    ///   recording has to be received again.
    package func begin(_ group: [(ArchiveName, PendingMember)]) throws(ArchiveError) -> AppendedGroup {
        var entries = [RecordingEntry?](repeating: nil, count: group.count)
        var flushes: [ArchiveName: OpenArchiveFlush] = [:]
        let indices = Dictionary(grouping: group.indices) { group[$0].0 }
        let names = indices.keys.sorted()
        groupCount += 1
        do throws(ArchiveError) {
            for name in names {
                let archive = try openArchive(name)
                for index in indices[name] ?? [] {
                    entries[index] = try archive.append(salted(group[index].1))
                    group[index].1.content.letGoOfMemory()
                }
                let flush = try archive.flush()
                flushes[name] = flush
                begun[name, default: []].append((groupCount, flush.end))
                try parkSurplus()
            }
        } catch {
            for name in names { cutBack(name, keeping: begun[name]?.filter { $0.group != groupCount }) }
            throw error.needing(group.reduce(0) { $0 + $1.1.content.byteCount })
        }
        return AppendedGroup(number: groupCount, entries: entries.compactMap(\.self), flushes: flushes)
    }

    /// A recording as its line is written for the first time: from then on its salt never changes.
    private func salted(_ member: PendingMember) -> PendingMember {
        var member = member
        if member.entry.salt == nil { member.entry.salt = drawSalt() }
        return member
    }

    /// A salt that was never used before.
    package func drawSalt() -> Salt { Salt(using: &randomness) }

    /// Makes groups durable, with one flush of each archive, on another thread than the one that appends.
    /// - Parameter groups: in the order in which they were begun.
    /// - Returns: what they are together.
    /// - Throws: where anything failed, and then none of them is kept, nor what was appended after them. `.notReady`
    ///   where that happened to a group before, or where a group before is not durable yet.
    package func synchronize(_ groups: [AppendedGroup]) async throws(ArchiveError) -> StoredGroup {
        var flushes: [ArchiveName: OpenArchiveFlush] = [:]
        var numbers: [ArchiveName: [Int]] = [:]
        for group in groups {
            for (name, flush) in group.flushes {
                flushes[name, default: flush.before].add(flush)
                numbers[name, default: []].append(group.number)
            }
        }
        for (name, numbers) in numbers where begun[name]?.prefix(numbers.count).map(\.group) != numbers {
            let path = root.openArchivePath(name)
            throw ArchiveError(.notReady, "what was appended to \(path) before is not durable", path: path)
        }
        do throws(ArchiveError) {
            try await BlockingWork.run { [flushes] _ throws(ArchiveError) in
                for name in flushes.keys.sorted() { try flushes[name]?.finish() }
            }
        } catch {
            for name in flushes.keys { cutBack(name) }
            throw error
        }
        for (name, flush) in flushes {
            extents[name] = flush.end
            begun[name]?.removeFirst(numbers[name]?.count ?? 0)
            if begun[name]?.isEmpty == true { begun[name] = nil }
        }
        return StoredGroup(entries: groups.flatMap(\.entries), extents: flushes.mapValues(\.end))
    }

    /// Makes an archive's files agree with what the manifest knows, after a start or after trouble.
    /// - Parameters:
    ///   - known: what the manifest knows; `nil` where it knows of no such archive, or there is none. Whatever the journal
    ///     names beyond that and is whole is kept all the same.
    ///   - rereading: reads every recording back even where the sizes agree. For an archive that could not be sealed
    ///     because it is damaged.
    package func recover(
        _ name: ArchiveName,
        known: ArchiveExtent?,
        rereading: Bool = false
    ) throws(ArchiveError) -> RecoveryOutcome {
        try requireNotSealing(name)
        close(name)
        extents[name] = nil
        begun[name] = nil
        let recovery = try ArchiveRecovery(root: root, name: name, known: known, rereading: rereading).run()
        switch recovery {
        case .equal: extents[name] = known
        case .ahead(let extent, _, _): extents[name] = extent
        case .behind(let extent, _, _):
            // Where nothing was left to keep, the archive is made anew.
            let isThere = try FileSystem.status(of: root.openArchivePath(name)) != nil
            extents[name] = isThere ? extent : nil
        case .sealed, .absent: break
        }
        if recovery != .equal && recovery != .absent {
            logger.info(
                "open archive recovered",
                metadata: ["archive.name": "\(name)", "recovery": "\(recovery.word)"]
            )
        }
        return recovery
    }

    /// Takes away an archive in the spool of which every whole recording is held elsewhere.
    package func discard(_ name: ArchiveName) throws(ArchiveError) {
        try requireNotSealing(name)
        close(name)
        extents[name] = nil
        begun[name] = nil
        try ArchiveRecovery.removeScratch(root, name)
        try FileSystem.remove(root.openArchivePath(name))
        try FileSystem.remove(root.journalPath(name))
        logger.info("open archive discarded", metadata: ["archive.name": "\(name)"])
    }

    /// Seals an archive: metadata, checksums and end are appended, all is read back from the disk, and the file is moved
    /// to its place for good. An archive that nothing was appended to is sealed with its tasks alone.
    ///
    /// Where it fails, or the process dies, recover the archive and seal it again. `.damaged` means that the disk did not
    /// give back what was written: recover it `rereading`, receive what is lost, then seal.
    /// - Parameters:
    ///   - tasks: what goes into `metadata/tasks.jsonl`, in this order. Its errors are thrown on.
    ///   - dayClose: what goes into `metadata/day-close.json`; `nil` where the archive does not close its day.
    ///   - salt: what goes into `bag-info.txt`: the same each time that this archive is sealed, so that the bytes are too.
    package func seal(
        _ name: ArchiveName,
        tasks: some AsyncSequence<TaskEntry, any Error> & Sendable,
        dayClose: DayClose? = nil,
        salt: Salt
    ) async throws -> SealedArchive {
        try requireNotSealing(name)
        guard begun[name] == nil else {
            let path = root.openArchivePath(name)
            throw ArchiveError(.notReady, "\(path) has recordings that are not durable yet", path: path)
        }
        if extents[name] == nil {
            _ = try openArchive(name)
        }
        try settle(name)
        let extent = extents[name] ?? .empty
        sealing.insert(name)
        defer { sealing.remove(name) }
        let scratch = try ScratchFile(root.scratchPath(name, .tasks))
        var taskCount = 0
        for try await task in tasks {
            try scratch.append(task.jsonLine + [UInt8(ascii: "\n")])
            taskCount += 1
        }
        let sealer = ArchiveSealer(
            root: root,
            name: name,
            extent: extent,
            tasks: try scratch.finish(),
            taskCount: taskCount,
            salt: salt,
            dayClose: dayClose,
            dayCloseText: try dayClose?.json
        )
        // Reading back takes as long as the disk takes: meanwhile other archives are appended to.
        let sealed = try await BlockingWork.run { progress throws(ArchiveError) in try sealer.seal(progress) }
        extents[name] = nil
        logger.info("archive sealed", metadata: ["archive.name": "\(name)", "archive.bytes": "\(sealed.byteCount)"])
        return sealed
    }

    /// Leaves every open archive settled on the disk, without an end, and without what was begun and never made durable.
    /// Appending again opens it again.
    package func close() throws(ArchiveError) {
        for name in begun.keys { cutBack(name) }
        while let (name, _) = open.first { try settle(name) }
    }

    private func openArchive(_ name: ArchiveName) throws(ArchiveError) -> OpenArchiveFile {
        try requireNotSealing(name)
        if let index = open.firstIndex(where: { $0.name == name }) {
            let used = open.remove(at: index)
            open.append(used)
            return used.archive
        }
        if extents[name] == nil { try requireNothingLeft(name) }
        let archive = try OpenArchiveFile(name, in: root, extent: begun[name]?.last?.end ?? extents[name])
        extents[name] = extents[name] ?? .empty
        open.append((name, archive))
        return archive
    }

    private func parkSurplus() throws(ArchiveError) {
        while open.count > Self.openLimit, let (name, _) = open.first { try settle(name) }
    }

    private func settle(_ name: ArchiveName) throws(ArchiveError) {
        guard let index = open.firstIndex(where: { $0.name == name }) else { return }
        try open.remove(at: index).archive.settle()
    }

    private func close(_ name: ArchiveName) {
        open.removeAll { $0.name == name }
    }

    /// Gives the disk back what a failed group took. Not vital: opening at the extent does the same.
    /// - Parameter earlier: groups before it that are still to become durable.
    private func cutBack(_ name: ArchiveName, keeping earlier: [(group: Int, end: ArchiveExtent)]? = nil) {
        close(name)
        begun[name] = earlier?.isEmpty == false ? earlier : nil
        guard let extent = earlier?.last?.end ?? extents[name], !sealing.contains(name) else { return }
        do throws(ArchiveError) {
            _ = try OpenArchiveFile(name, in: root, extent: extent)
        } catch {
            logger.info("could not cut back", metadata: ["archive.name": "\(name)", "error": "\(error)"])
        }
    }

    private func requireNothingLeft(_ name: ArchiveName) throws(ArchiveError) {
        let sealed = root.archivePath(name)
        guard try FileSystem.status(of: sealed) == nil else {
            throw ArchiveError(.occupied, "\(sealed) is sealed; what comes later goes into a supplement", path: sealed)
        }
        for path in [root.openArchivePath(name), root.journalPath(name)] {
            guard try FileSystem.status(of: path) == nil else {
                throw ArchiveError(.notReady, "\(path) is from an earlier run; recover it first", path: path)
            }
        }
    }

    private func requireNotSealing(_ name: ArchiveName) throws(ArchiveError) {
        guard sealing.contains(name) else { return }
        throw ArchiveError(.notReady, "\(name) is being sealed", path: root.openArchivePath(name))
    }
}

extension RecoveryOutcome {
    fileprivate var word: String {
        switch self {
        case .equal: "equal"
        case .ahead: "ahead"
        case .behind: "behind"
        case .sealed: "sealed"
        case .absent: "absent"
        }
    }
}
