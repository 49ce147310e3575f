import DailyArchive
import Files
import Manifest
import Recordings
import Synchronization

/// Keeps a pass from filling the disk: a download is admitted only where `archive.minimum_free_bytes` stay free after
/// everything that was admitted has been written, and the days under way have been sealed.
///
/// What is under way gives room back when it ends (a large recording is on the disk twice for a moment, and each is
/// reckoned with its whole size until it is stored). So where there is too little room, a download waits as long as
/// others are under way. Where none is, waiting would be for a person: the recording is left to the next pass, and this
/// one says so at its end. Where there is no room even for one of ordinary size, nothing more is taken.
final class DiskGuard: Sendable {
    private struct State {
        var isShut = false
        /// What the downloads under way will still take, as far as it is known.
        var promised: [RecordingRowID: Int64] = [:]
        /// What downloads turned out to need for which there was no room.
        var refused: [RecordingRowID: Int64] = [:]
        /// What sealing the archives takes that were open when the pass began.
        var sealingBytes: Int64 = 0
        /// Downloads that wait for others to end.
        var waiters: [CheckedContinuation<Void, Never>] = []
        /// What was missing when something was left out.
        var shortage: DiskShortage?
    }

    /// What a recording takes beside its bytes: its tar header and padding, its line in the journal and in the sealed
    /// metadata, its rows in the manifest. Generous: the provider's own JSON is the largest part of it.
    private static let overhead: Int64 = 16 << 10

    private let root: ArchiveRoot
    private let minimumFreeBytes: Int64
    private let space: @Sendable () throws(ArchiveError) -> DiskSpace
    private let observer: PassObserver
    /// Asked by every receiver before it begins a download, and held for no longer than one statvfs(2).
    private let state = Mutex(State())

    /// - Parameter space: how much is free at `root`.
    init(
        root: ArchiveRoot,
        minimumFreeBytes: Int64,
        space: @escaping @Sendable () throws(ArchiveError) -> DiskSpace,
        observer: @escaping PassObserver
    ) {
        self.root = root
        self.minimumFreeBytes = minimumFreeBytes
        self.space = space
        self.observer = observer
    }

    /// Whether no further download begins.
    var isLow: Bool { state.withLock(\.isShut) }

    /// Downloads that were held back are a failure of the pass, though of none of its steps; `nil` where none was.
    var failure: ArchiverError? {
        state.withLock(\.shortage).map { shortage in
            ArchiverError(
                .diskLow,
                "downloads were held back at \(root.path): \(shortage), of which archive.minimum_free_bytes is "
                    + "\(minimumFreeBytes); free some space and run again"
            )
        }
    }

    /// Reckons with the sealing of archives whose journals have so many bytes: they go into the tar once more, and the
    /// lists of checksums and tasks are shorter than they are.
    func expectSealing(journalBytes: Int64) {
        state.withLock { $0.sealingBytes = 3 * journalBytes }
    }

    /// Waits until there is room for a download: as much as it was refused before, or as an ordinary one takes.
    /// - Returns: whether it may begin; ``release(_:)`` has to follow in any case. `false` where there is no room and
    ///   nothing under way that could make some, and where the task was cancelled.
    func admit(_ row: RecordingRowID) async throws -> Bool {
        while true {
            switch try decide(row) {
            case .enter: return true
            case .stayOut(let shortage):
                if let shortage {
                    observer(.pausedForSpace(shortage, minimumFreeBytes: minimumFreeBytes))
                }
                return false
            case .wait: await wait()
            }
        }
    }

    /// Whether there is room for so many bytes that are copied within the archive. If there is not, nothing more is taken.
    func hasRoom(for size: Int64) throws(ArchiveError) -> Bool {
        let shortage = try state.withLock { state throws(ArchiveError) -> DiskShortage? in
            guard let shortage = try self.shortage(for: size, state) else { return nil }
            state.isShut = true
            state.shortage = state.shortage ?? shortage
            return shortage
        }
        guard let shortage else { return true }
        observer(.pausedForSpace(shortage, minimumFreeBytes: minimumFreeBytes))
        wake { _ in }
        return false
    }

    /// A download under way knows more of what it needs.
    /// - Parameter size: what will still be written.
    /// - Throws: `.heldBack` where there is no room for it: ``admit(_:)`` waits for that; the disk's own errors.
    func expect(_ size: Int64, for row: RecordingRowID) throws(ArchiveError) {
        try state.withLock { state throws(ArchiveError) in
            state.promised[row] = nil
            guard let shortage = try shortage(for: size, state) else {
                state.promised[row] = size + Self.overhead
                return
            }
            state.refused[row] = size
            throw .heldBack(root.path, shortage)
        }
    }

    /// The download is over, whatever came of it, or waits for another try and asks again before that.
    func release(_ row: RecordingRowID) {
        wake { state in
            state.promised[row] = nil
            state.refused[row] = nil
        }
    }

    private enum Decision {
        case enter
        /// With what is missing, where it was found out now.
        case stayOut(DiskShortage?)
        case wait
    }

    /// What is assumed of a recording until its size is known.
    private static let ordinarySize = Int64(IncomingRecording.undeclaredReservation)

    private func decide(_ row: RecordingRowID) throws(ArchiveError) -> Decision {
        let decision = try state.withLock { state throws(ArchiveError) -> Decision in
            state.promised[row] = nil
            guard !state.isShut, !Task.isCancelled else { return .stayOut(nil) }
            let size = state.refused[row] ?? Self.ordinarySize
            guard let shortage = try shortage(for: size, state) else {
                state.promised[row] = size + Self.overhead
                return .enter
            }
            guard state.promised.isEmpty else { return .wait }
            let isLarge = size > Self.ordinarySize
            state.isShut = isLarge ? try self.shortage(for: Self.ordinarySize, state) != nil : true
            defer { state.shortage = state.shortage ?? shortage }
            return .stayOut(state.shortage == nil ? shortage : nil)
        }
        if case .stayOut = decision { wake { _ in } }
        return decision
    }

    /// What is missing for `size` more bytes; `nil` where there is room.
    private func shortage(for size: Int64, _ state: State) throws(ArchiveError) -> DiskShortage? {
        let space = try space()
        let promised = state.promised.values.reduce(state.sealingBytes + size + Self.overhead, +)
        guard space.freeBytes - promised < minimumFreeBytes || space.freeFiles == 0 else { return nil }
        let (needed, isTooMuch) = promised.addingReportingOverflow(minimumFreeBytes)
        return DiskShortage(space: space, neededBytes: isTooMuch ? .max : needed)
    }

    /// Returns after the next ``release(_:)``, or when the task is cancelled.
    private func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.promised.isEmpty || state.isShut || Task.isCancelled { return true }
                    state.waiters.append(continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            wake { _ in }
        }
    }

    private func wake(_ change: (inout State) -> Void) {
        let waiters = state.withLock { state in
            change(&state)
            defer { state.waiters = [] }
            return state.waiters
        }
        waiters.forEach { $0.resume() }
    }
}
