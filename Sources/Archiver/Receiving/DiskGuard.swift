import DailyArchive
import Files
import Manifest
import Recordings
import Waiting

/// Keeps a pass from filling the disk. A download is admitted only if `archive.minimum_free_bytes` stay free after
/// everything that was admitted has been written, and the open archives have been sealed.
///
/// Downloads in progress free space when they end: a large recording is on the disk twice for a moment, and each
/// reserves its full size until it is stored. If there is too little room, a download therefore waits while others are
/// in progress. If there are none, only a person could help: the recording is left to the next pass, and this pass
/// reports that at its end. If there is not even room for an ordinary one, no more downloads are admitted.
final class DiskGuard: Sendable {
    private struct State {
        var isClosed = false
        /// How many bytes the downloads in progress will still write, as far as that is known.
        var promised: [RecordingRowID: Int64] = [:]
        /// How many bytes downloads turned out to need for which there was no room.
        var refused: [RecordingRowID: Int64] = [:]
        /// How many bytes it takes to seal the archives that were open when the pass began.
        var sealingBytes: Int64 = 0
        /// What was missing when a recording was left out.
        var shortage: DiskShortage?
    }

    /// How many bytes a recording takes in addition to its own: its tar header and padding, its line in the journal and
    /// in the sealed metadata, its rows in the manifest. Generous, because the provider's own JSON is the largest part
    /// of it.
    private static let overhead: Int64 = 16 << 10

    private let root: ArchiveRoot
    private let minimumFreeBytes: Int64
    private let space: @Sendable () throws(ArchiveError) -> DiskSpace
    private let observer: PassObserver
    /// The downloads that wait for others to end. Every receiver asks it before it begins a download, for no longer than
    /// one statvfs(2).
    private let line = WaitingLine<State, Void>(State()) { $0.promised.isEmpty || $0.isClosed ? () : nil }

    /// - Parameter space: returns how much is free at `root`.
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

    /// Whether no further download may begin.
    var isLow: Bool { line.read(\.isClosed) }

    /// Downloads that were held back make the pass fail, although none of its steps failed; `nil` if there were none.
    var failure: ArchiverError? {
        line.read(\.shortage).map { shortage in
            ArchiverError(
                .diskLow,
                "downloads were paused at \(root.path): \(shortage), of which archive.minimum_free_bytes is "
                    + "\(ByteSize.text(minimumFreeBytes)); free some space and run again"
            )
        }
    }

    /// Reserves space for sealing archives whose journals have this many bytes. Sealing writes the journals into the
    /// tar again; the lists of checksums and of tasks are each shorter than they are.
    func expectSealing(journalBytes: Int64) {
        line.change { $0.sealingBytes = 3 * journalBytes }
    }

    /// Waits until there is room for a download: as much as it was refused before, or as an ordinary one needs.
    /// - Returns: whether it may begin; ``release(_:)`` must follow in any case. `false` if there is no room and
    ///   nothing in progress that could free some, or if the task was cancelled.
    func admit(_ row: RecordingRowID) async throws -> Bool {
        while true {
            switch try decide(row) {
            case .enter: return true
            case .stayOut(let shortage):
                if let shortage {
                    observer(.pausedForSpace(shortage, minimumFreeBytes: minimumFreeBytes))
                }
                return false
            case .wait: _ = await line.wait()
            }
        }
    }

    /// Whether there is room to copy this many bytes within the archive. If there is not, no more downloads are
    /// admitted.
    func hasRoom(for size: Int64) throws(ArchiveError) -> Bool {
        let shortage = try line.change { state throws(ArchiveError) -> DiskShortage? in
            guard let shortage = try self.shortage(for: size, state) else { return nil }
            state.isClosed = true
            state.shortage = state.shortage ?? shortage
            return shortage
        }
        guard let shortage else { return true }
        observer(.pausedForSpace(shortage, minimumFreeBytes: minimumFreeBytes))
        wake { _ in }
        return false
    }

    /// Records that a download in progress knows more about what it needs.
    /// - Parameter size: how many bytes will still be written.
    /// - Throws: `.heldBack` if there is no room for it, in which case ``admit(_:)`` waits for that; the disk's own
    ///   errors.
    func expect(_ size: Int64, for row: RecordingRowID) throws(ArchiveError) {
        try line.change { state throws(ArchiveError) in
            state.promised[row] = nil
            guard let shortage = try shortage(for: size, state) else {
                state.promised[row] = size + Self.overhead
                return
            }
            state.refused[row] = size
            throw .heldBack(root.path, shortage)
        }
    }

    /// Records that the download is over, with any outcome, or waits for another attempt before which it asks again.
    func release(_ row: RecordingRowID) {
        wake { state in
            state.promised[row] = nil
            state.refused[row] = nil
        }
    }

    private enum Decision {
        case enter
        /// With what is missing, if that was found only now.
        case stayOut(DiskShortage?)
        case wait
    }

    /// The assumed size of a recording until its size is known.
    private static let ordinarySize = Int64(IncomingRecording.undeclaredReservation)

    private func decide(_ row: RecordingRowID) throws(ArchiveError) -> Decision {
        let decision = try line.change { state throws(ArchiveError) -> Decision in
            state.promised[row] = nil
            guard !state.isClosed, !Task.isCancelled else { return .stayOut(nil) }
            let size = state.refused[row] ?? Self.ordinarySize
            guard let shortage = try shortage(for: size, state) else {
                state.promised[row] = size + Self.overhead
                return .enter
            }
            guard state.promised.isEmpty else { return .wait }
            let isLarge = size > Self.ordinarySize
            state.isClosed = isLarge ? try self.shortage(for: Self.ordinarySize, state) != nil : true
            defer { state.shortage = state.shortage ?? shortage }
            return .stayOut(state.shortage == nil ? shortage : nil)
        }
        if case .stayOut = decision { wake { _ in } }
        return decision
    }

    /// What is missing for `size` more bytes; `nil` if there is room.
    private func shortage(for size: Int64, _ state: State) throws(ArchiveError) -> DiskShortage? {
        let space = try space()
        let promised = state.promised.values.reduce(state.sealingBytes + size + Self.overhead, +)
        guard space.freeBytes - promised < minimumFreeBytes || space.freeFiles == 0 else { return nil }
        let (needed, isTooMuch) = promised.addingReportingOverflow(minimumFreeBytes)
        return DiskShortage(space: space, neededBytes: isTooMuch ? .max : needed)
    }

    /// Has everyone who waits look again, because others may have room now.
    private func wake(_ change: (inout State) -> Void) {
        line.change(change)
        line.serveAll(with: ())
    }
}
