import Files
import Logging
import Recordings

/// Writes daily archives and seals them, on a thread of its own. A root has one writer, which exists only while its
/// ``PassLock`` is held.
///
/// An archive that is in the spool when the process starts must be recovered first, with
/// ``recover(_:known:rereading:)``, because only the manifest knows how much of it counts. The same applies if the
/// manifest could not record a ``StoredGroup``: recover the group's archives with what the manifest does know, and then
/// continue.
package actor ArchiveWriter {
    private let root: ArchiveRoot
    private let logger: Logger
    private let executor: DiskExecutor
    /// The source of salts.
    private var randomness: any RandomNumberGenerator & Sendable

    /// The extent of each archive that is known to be durable and intact.
    private var extents: [ArchiveName: ArchiveExtent] = [:]
    /// The groups that were appended after that and wait for ``synchronize(_:)``, in their order, each with the
    /// archive's extent after it.
    private var begun: [ArchiveName: [(group: Int, end: ArchiveExtent)]] = [:]
    private var groupCount = 0
    /// The archives that are open now, the last used one at the end. Each takes a buffer and two descriptors.
    private var open: [(name: ArchiveName, archive: OpenArchiveFile)] = []
    /// The archives that are being sealed. Nothing may be appended to them.
    private var sealing: Set<ArchiveName> = []

    private static let openLimit = 8

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameter randomness: the source of salts. It must be one that no one can guess, except in tests.
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

    /// Appends recordings to their archives, and creates those that do not exist. On return everything is durable, and
    /// the manifest may record it.
    /// - Throws: what ``begin(_:)`` and ``synchronize(_:)`` throw.
    package func append(_ group: [(ArchiveName, PendingMember)]) async throws(ArchiveError) -> StoredGroup {
        try await synchronize([try begin(group)])
    }

    /// Appends recordings to their archives, creating those that do not exist, and writes them without waiting until
    /// they are durable. Each recording's memory is released as soon as it is appended. ``synchronize(_:)`` makes each
    /// group durable, in the order in which they were begun; other groups may be begun meanwhile.
    /// - Throws: if anything failed; nothing of the group is kept then. With `.damaged` and a part file's path, that
    ///   recording has to be received again.
    package func begin(_ group: [(ArchiveName, PendingMember)]) throws(ArchiveError) -> AppendedGroup {
        var appended = [(entry: RecordingEntry, record: ContentDigest)?](repeating: nil, count: group.count)
        var flushes: [ArchiveName: OpenArchiveFlush] = [:]
        let indices = Dictionary(grouping: group.indices) { group[$0].0 }
        let names = indices.keys.sorted()
        groupCount += 1
        do throws(ArchiveError) {
            for name in names {
                let archive = try openArchive(name)
                for index in indices[name] ?? [] {
                    appended[index] = try archive.append(salted(group[index].1))
                    group[index].1.content.releaseBuffers()
                }
                let flush = try archive.flush()
                flushes[name] = flush
                begun[name, default: []].append((groupCount, flush.end))
                try spillSurplus()
            }
        } catch {
            for name in names { cutBack(name, keeping: begun[name]?.filter { $0.group != groupCount }) }
            throw error.needing(group.reduce(0) { $0 + $1.1.content.byteCount })
        }
        let all = appended.compactMap(\.self)
        return AppendedGroup(
            number: groupCount,
            entries: all.map(\.entry),
            records: all.map(\.record),
            flushes: flushes
        )
    }

    /// A recording as its line is written for the first time. Its salt never changes after that.
    private func salted(_ member: PendingMember) -> PendingMember {
        var member = member
        if member.entry.salt == nil { member.entry.salt = drawSalt() }
        return member
    }

    /// A new random salt.
    package func drawSalt() -> Salt { Salt(using: &randomness) }

    /// Makes groups durable with one flush per archive, on another thread than the one that appends.
    /// - Parameter groups: in the order in which they were begun.
    /// - Returns: all of them as one group.
    /// - Throws: if anything failed; none of them is kept then, nor anything that was appended after them. `.notReady`
    ///   if an earlier group failed in this way, or is not durable yet.
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
        return StoredGroup(
            entries: groups.flatMap(\.entries),
            records: groups.flatMap(\.records),
            extents: flushes.mapValues(\.end)
        )
    }

    /// Makes an archive's files agree with what the manifest knows, after a start or a failure.
    /// - Parameters:
    ///   - known: what the manifest knows; `nil` if it does not know the archive, or if there is no manifest. Intact
    ///     recordings in the journal beyond that are kept too.
    ///   - rereading: reads every recording back even if the sizes agree; for an archive that is damaged and could
    ///     therefore not be sealed.
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
            // If nothing could be kept, the archive is created again.
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

    /// Removes an archive from the spool whose intact recordings are all held elsewhere.
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

    /// Seals an archive: appends metadata, checksums and the tar's end, reads everything back from the disk, and moves
    /// the file to its final place. An archive to which nothing was appended is sealed with its tasks only.
    ///
    /// If this fails, or the process ends, recover the archive and seal it again. `.damaged` means that the disk did
    /// not return what was written: recover it with `rereading`, receive what is lost, then seal.
    /// - Parameters:
    ///   - tasks: the content of `metadata/tasks.jsonl`, in this order. Its errors are rethrown.
    ///   - dayClose: the content of `metadata/day-close.json`; `nil` if the archive does not close its day.
    ///   - salt: for `bag-info.txt`. It must be the same whenever this archive is sealed, so that the bytes are too.
    ///   - announce: called with the archive before it is moved to its final place, on a thread that may wait. If it
    ///     throws, the archive is not sealed, and the error is rethrown.
    package func seal(
        _ name: ArchiveName,
        tasks: some AsyncSequence<TaskEntry, any Error> & Sendable,
        dayClose: DayClose? = nil,
        salt: Salt,
        announce: @escaping @Sendable (SealedArchive) throws -> Void = { _ in }
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
            dayCloseText: try dayClose?.json,
            announce: announce
        )
        // Reading back takes as long as the disk needs. Other archives can be appended to meanwhile.
        let sealed = try await BlockingWork.run { progress in try sealer.seal(progress) }
        extents[name] = nil
        logger.info("archive sealed", metadata: ["archive.name": "\(name)", "archive.bytes": "\(sealed.byteCount)"])
        return sealed
    }

    /// Leaves every open archive settled on the disk, without a tar's end, and without what was begun and not made
    /// durable. A later append opens it again.
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

    private func spillSurplus() throws(ArchiveError) {
        while open.count > Self.openLimit, let (name, _) = open.first { try settle(name) }
    }

    private func settle(_ name: ArchiveName) throws(ArchiveError) {
        guard let index = open.firstIndex(where: { $0.name == name }) else { return }
        try open.remove(at: index).archive.settle()
    }

    private func close(_ name: ArchiveName) {
        open.removeAll { $0.name == name }
    }

    /// Frees the disk space of a failed group. Not essential, because opening at the extent does the same.
    /// - Parameter earlier: the groups before it that are still to become durable.
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
