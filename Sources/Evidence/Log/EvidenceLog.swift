import Files
import Glibc
import Recordings
import Synchronization

/// An organization's log, open for writing. Several processes may have it open, and several threads may use one
/// instance.
///
/// An entry is *accepted* once ``append(_:at:)`` returns: it is in the tail and flushed. It is *published* once ``fold()``
/// has put it into the tiles and signed a checkpoint that covers it. Every call blocks: never make one on the
/// cooperative pool.
package final class EvidenceLog: Sendable {
    /// The folder that holds its files.
    package let folder: LogFolder
    /// The organization that it belongs to.
    package let organization: OrganizationName
    /// The key for checking its checkpoints.
    package var key: NoteKey { publisher.signer.key }

    /// A tail that has become longer is published before more is accepted: a fold has all of it in memory, and archives from before
    /// the log are adopted in one run.
    private static let longestTail: Int64 = 16 << 20

    /// Time servers correct a clock by less than this without a word.
    private static let clockSlack = Duration.seconds(60)

    let publisher: LogPublisher
    let keyFile: LogKeyFile
    private let state: Mutex<State>

    /// What is known about the files. It is compared with them under the lock, because other processes change them too.
    struct State {
        var checkpoint: [UInt8] = []
        var edge = RightEdge()
        var tail: Tail?
        /// The time of the newest entry; `nil` if it has not been read.
        var newest: Timestamp?
    }

    /// The tail as this process last read it.
    struct Tail {
        /// The index of its first entry.
        var start: Int64
        /// How many entries it has, and how many bytes it has including its first line.
        var count = 0
        var byteCount: Int64
    }

    /// Opens an existing log.
    /// - Throws: `damaged` if its right edge contradicts its checkpoint; `rolledBack` if it once had more entries.
    init(
        _ folder: LogFolder,
        _ organization: OrganizationName,
        _ signer: LogSigner,
        _ keyFile: LogKeyFile
    ) throws(EvidenceError) {
        self.folder = folder
        self.organization = organization
        self.keyFile = keyFile
        publisher = LogPublisher(folder: folder, signer: signer)
        state = Mutex(State())
        try locked { state throws(EvidenceError) in
            let position = try position(state)
            try LogHistory(folder, organization, keyFile).expect(position, signer.key)
        }
    }

    // MARK: - Writing

    /// Accepts entries: writes them to the tail and makes them durable with one flush.
    /// - Parameter clock: the present time, and who reads it. If the newest entry is from later, the clock was set back, and
    ///   an entry in front says so.
    /// - Returns: the index of each, in their order.
    /// - Throws: ``EvidenceError``; then none of them is accepted.
    @discardableResult package func append(
        _ entries: [LogEntry],
        at clock: (time: Timestamp, reader: () -> Actor)? = nil
    ) throws(EvidenceError) -> Range<Int64> {
        var texts: [[UInt8]] = []
        for entry in entries { texts.append(try entry.encoded()) }
        return try locked { state throws(EvidenceError) in
            let isUnfinished = try unfinishedFold(state)
            if isUnfinished || (state.tail?.byteCount ?? 0) > Self.longestTail { try fold(&state) }
            guard let tail = state.tail else { throw .damaged("missing", folder.tailPath) }
            let first = tail.start + Int64(tail.count)
            guard !texts.isEmpty else { return first..<first }
            var notes: [[UInt8]] = []
            if let clock, let former = try laterTime(than: clock.time, &state) {
                notes = [try step(from: former, to: clock.time, by: clock.reader()).encoded()]
            }
            try write(notes + texts, behind: tail, &state)
            state.newest = entries.map(\.time).max()
            return (first + Int64(notes.count))..<(first + Int64(notes.count + texts.count))
        }
    }

    /// The time of the newest entry, if the clock was set back since then.
    private func laterTime(than time: Timestamp, _ state: inout State) throws(EvidenceError) -> Timestamp? {
        let size = state.edge.size
        if state.newest == nil, state.tail?.count == 0,
            let tile = TilePlace(.entries, index: (size - 1) / Int64(TilePlace.fullWidth), size: size)
        {
            let bundle = try TileReader(folder, size: size).bundle(tile)
            state.newest = (try? LogEntry(bundle[bundle.count - 1]))?.time
        }
        guard let newest = state.newest, newest - time > Self.clockSlack else { return nil }
        return newest
    }

    private func step(from former: Timestamp, to time: Timestamp, by reader: Actor) -> LogEntry {
        let values: [LogKeyword: LogValue] = [
            .from: .number(former.millisecondsSince1970), .to: .number(max(0, time.millisecondsSince1970)),
        ]
        return LogEntry(.clockStepped, time: time, actor: reader, organization: organization, values)
    }

    private func write(_ texts: [[UInt8]], behind tail: Tail, _ state: inout State) throws(EvidenceError) {
        let file = try LogFile(folder.tailPath, O_RDWR)
        let bytes = LogTail.lines(texts)
        do throws(EvidenceError) {
            try file.write(bytes, at: tail.byteCount)
            try file.flush()
        } catch {
            // An entry that may not be durable is not accepted. The next writer reads the tail again.
            try? file.truncate(to: tail.byteCount)
            state.tail = nil
            throw error
        }
        state.tail?.count += texts.count
        state.tail?.byteCount += Int64(bytes.count)
    }

    /// Publishes accepted entries: puts them into tiles, signs a checkpoint, and begins a new tail.
    /// - Returns: the signed state.
    @discardableResult package func fold() throws(EvidenceError) -> LogPosition {
        try locked { state throws(EvidenceError) in
            try fold(&state)
            return try position(state)
        }
    }

    /// The same, if the checkpoint is older than `age` seconds and lacks an accepted entry.
    package func foldIfDue(age: Int64) throws(EvidenceError) {
        try locked { state throws(EvidenceError) in
            guard try unfinishedFold(state) || (state.tail?.count ?? 0) > 0,
                let changed = try LogFiles.status(of: folder.checkpointPath)?.modifiedSecondsSince1970
            else { return }
            var now = timespec()
            clock_gettime(CLOCK_REALTIME, &now)
            // A clock that was set back makes it due too.
            guard !(0..<age).contains(Int64(now.tv_sec) - changed) else { return }
            try fold(&state)
        }
    }

    private func fold(_ state: inout State) throws(EvidenceError) {
        guard let tail = state.tail else { throw .damaged("missing", folder.tailPath) }
        let size = state.edge.size
        let isUnfinished = try unfinishedFold(state)
        guard tail.count > 0 || isUnfinished else { return }
        let file = try LogFile(folder.tailPath, O_RDONLY)
        let bytes = try file.bytes(from: 0, count: Int(tail.byteCount))
        guard let begin = LogTail.start(bytes), let lines = try? LogTail.parse(Array(bytes[begin.byteCount...])).lines,
            lines.count == tail.count
        else { throw .damaged("it has changed while it was read", folder.tailPath) }
        // An interrupted fold has already published the first ones.
        let published = Int(min(size - tail.start, Int64(lines.count)))
        try TileReader(folder, size: size).expect(lines.prefix(published), from: tail.start, at: folder.tailPath)
        if published < lines.count {
            let grown = try publisher.publish(lines.dropFirst(published), onto: state.edge)
            (state.edge, state.checkpoint) = (grown.edge, grown.checkpoint)
        }
        try keyFile.remember(try position(state), organization)
        try publisher.removeFormerStates(from: tail.start, to: state.edge.size)
        let byteCount = try publisher.beginTail(at: state.edge.size)
        state.tail = Tail(start: state.edge.size, byteCount: Int64(byteCount))
    }

    /// Whether a fold was interrupted between its checkpoint and its new tail.
    private func unfinishedFold(_ state: State) throws(EvidenceError) -> Bool {
        guard let tail = state.tail else { return false }
        guard tail.start <= state.edge.size else {
            throw EvidenceError(
                .rolledBack,
                "\(folder.tailPath) begins at entry \(tail.start), and the checkpoint has only \(state.edge.size): "
                    + "an older checkpoint was restored; run `callark log recover`",
                path: folder.checkpointPath
            )
        }
        return tail.start < state.edge.size
    }

    // MARK: - The files under the lock

    /// Runs `body` under the log's lock, with a `state` that matches the files.
    func locked<Result: Sendable>(
        _ body: (inout State) throws(EvidenceError) -> Result
    ) throws(EvidenceError) -> Result {
        let result: Swift.Result<Result, EvidenceError> = state.withLock { state in
            do throws(EvidenceError) {
                let lock = try LogFiles.lock(folder.lockPath)
                defer { lock.release() }
                try readCheckpoint(&state)
                try readTail(&state)
                return .success(try body(&state))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private func position(_ state: State) throws(EvidenceError) -> LogPosition {
        LogPosition(origin: key.name, size: state.edge.size, root: state.edge.root)
    }

    private func readCheckpoint(_ state: inout State) throws(EvidenceError) {
        guard let checkpoint = try LogFiles.read(folder.checkpointPath) else {
            throw .damaged("missing", folder.checkpointPath)
        }
        if checkpoint == state.checkpoint { return }
        let position: LogPosition
        do throws(NoteFault) {
            position = try LogPosition(signed: checkpoint, by: key)
        } catch {
            throw .damaged(error.description, folder.checkpointPath)
        }
        let edge = try RightEdge(of: position.size, TileReader(folder, size: position.size))
        guard edge.root == position.root else {
            throw .damaged("the tiles have another root than the checkpoint", folder.path)
        }
        (state.checkpoint, state.edge, state.newest) = (checkpoint, edge, nil)
    }

    private func readTail(_ state: inout State) throws(EvidenceError) {
        let file: LogFile
        do throws(EvidenceError) {
            file = try LogFile(folder.tailPath, O_RDWR)
        } catch  where error.code == .missing {
            throw .damaged("missing: what was accepted after the checkpoint is lost", folder.tailPath)
        }
        let byteCount = try file.byteCount
        guard byteCount <= LogFiles.largest else {
            throw .damaged("it has more than \(LogFiles.largest) bytes, more than it can need", folder.tailPath)
        }
        guard let begin = LogTail.start(try file.bytes(from: 0, count: 40)) else {
            throw .damaged("its first line is not {\"start\":N}", folder.tailPath)
        }
        var tail = Tail(start: begin.index, byteCount: Int64(begin.byteCount))
        let isKnown = state.tail?.start == begin.index
        if isKnown, let known = state.tail { tail = known }
        guard byteCount >= tail.byteCount else {
            throw .damaged("it is shorter than it was", folder.tailPath)
        }
        state.tail = tail
        guard byteCount > tail.byteCount else { return }
        let more = try file.bytes(from: tail.byteCount, count: Int(byteCount - tail.byteCount))
        let parsed: LogTail.Parsed
        do throws(NoteFault) {
            parsed = try LogTail.parse(more)
        } catch {
            throw .damaged(error.description, folder.tailPath)
        }
        if parsed.isTorn { try file.truncate(to: tail.byteCount + Int64(parsed.byteCount)) }
        // The process that wrote these lines may have died before it flushed them, or after a failed flush, which the
        // system does not report again. They are rewritten, so that no later line can survive them.
        if !parsed.lines.isEmpty { try file.write(Array(more.prefix(parsed.byteCount)), at: tail.byteCount) }
        try file.flush()
        if let last = parsed.lines.last { state.newest = (try? LogEntry(last.entry))?.time }
        tail.count += parsed.lines.count
        tail.byteCount += Int64(parsed.byteCount)
        state.tail = tail
    }
}
