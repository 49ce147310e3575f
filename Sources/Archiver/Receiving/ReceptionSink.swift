import DailyArchive
import Files
import Foundation
import Recordings
import Synchronization
import Transfer

/// Takes a recording's bytes from the engine's threads, attempt after attempt, and sees that they are the bytes that were
/// asked for.
///
/// Memory for a recording is reserved as a whole before its first byte; until there is room the download is paused.
final class ReceptionSink: DownloadSink {
    /// What the sink learned that the engine cannot know.
    struct Findings: Sendable {
        /// Why the answer's bytes are not the recording's; `nil` where they are.
        var objection: Objection?
        /// The first bytes of a body that is not the recording's, for the error's text.
        var errorBody: [UInt8] = []
        /// Whether the server said where the body ends.
        var isEndMarked = false
        var retryAfter: Duration?
        /// What the answer calls the object's present bytes: an entity tag, weak or strong, else a date.
        var validator: String?
        /// From the request to the answer's head, which comes with its first bytes.
        var timeToFirstByte: Duration?
    }

    /// Why an answer's bytes cannot be used.
    enum Objection: Sendable, Equatable {
        /// The status says that there are none.
        case status(Int)
        /// The object is another one than the one whose first bytes we hold.
        case objectChanged
        /// The partial answer is not the one that was asked for, or contradicts itself.
        case wrongRange
        /// So many bytes no recording has: what the server says of its size, or what it sends without saying.
        case tooLarge(Int64)
        /// The bytes could not be kept.
        case storage(ArchiveError)
    }

    /// Unchecked because of the incoming recording, which never leaves the mutex: only this file touches it, and only
    /// while it holds the lock.
    private struct State: @unchecked Sendable {
        var incoming: IncomingRecording?
        /// The size of the whole object, where a partial answer said it.
        var objectByteCount: Int64?
        var findings = Findings()
        var takesBytes = false
        /// The first byte that the attempt asked for.
        var asked: Int64 = 0
        /// Where the answer ends in the object by its own word; `nil` where it does not say.
        var end: Int64?
        /// Of an answer without an end: as far as the disk has been asked about.
        var expectedThrough: Int64 = 0
        var attemptBegan = ContinuousClock.now
        /// Counts attempts, so that memory granted late is not taken for a later one's.
        var attempt = 0
    }

    private static let errorBodyBytes = 4 << 10
    /// A day of uncompressed stereo sound of the best quality, several times over: what claims to be larger is no recording.
    static let largestRecording: Int64 = 64 << 30
    /// How much more room an answer is given at a time that does not say how long it is.
    private static let undeclaredStep: Int64 = 64 << 20

    private let budget: MemoryBudget
    private let partPath: String
    private let observer: PassObserver
    private let expectBytes: @Sendable (Int64) throws(ArchiveError) -> Void
    /// Touched by a thread of the engine's during an attempt, by whoever makes room in the memory budget, and by the receiver
    /// between attempts.
    private let state: Mutex<State>

    /// Begins with what an earlier process left of a large recording, if anything.
    /// - Parameter expectBytes: told how many bytes will still be written to the disk, once that is known; throws where
    ///   there is no room for them.
    /// - Throws: `ArchiveError` where what was left cannot be read; its `.cancelled` where the task was.
    init(
        budget: MemoryBudget,
        partPath: String,
        observer: @escaping PassObserver,
        expectBytes: @escaping @Sendable (Int64) throws(ArchiveError) -> Void = { _ in }
    ) async throws(ArchiveError) {
        self.budget = budget
        self.partPath = partPath
        self.observer = observer
        self.expectBytes = expectBytes
        state = Mutex(State(incoming: try await IncomingRecording.resuming(partPath: partPath)))
    }

    /// What the last attempt showed.
    var findings: Findings { state.withLock(\.findings) }

    /// The `Range` and the condition to go on with, where there are bytes to go on from. Without an entity tag two
    /// objects could be mixed unseen, so that only whole answers count then.
    var continuation: (firstByte: Int64, entityTag: String)? {
        state.withLock { state in
            guard let incoming = state.incoming, incoming.byteCount > 0, let entityTag = incoming.entityTag else {
                return nil
            }
            return (incoming.byteCount, entityTag)
        }
    }

    /// How many bytes are there.
    var byteCount: Int64 { state.withLock { $0.incoming?.byteCount ?? 0 } }

    /// How the bytes are encoded (`HTTPHeaders.contentEncoding`).
    var contentEncoding: String? { state.withLock { $0.incoming?.contentEncoding } }

    /// Whether as many bytes are there as the object has; `nil` where its size was never said.
    var isWhole: Bool? {
        state.withLock { state in
            guard let incoming = state.incoming, let expected = state.objectByteCount ?? incoming.expectedByteCount
            else {
                return nil
            }
            return incoming.byteCount == expected
        }
    }

    /// Forgets the last attempt's findings; its bytes stay.
    func beginAttempt() {
        state.withLock { state in
            state.findings = Findings()
            state.takesBytes = false
            state.asked = state.incoming?.entityTag == nil ? 0 : state.incoming?.byteCount ?? 0
            state.end = nil
            state.expectedThrough = 0
            state.attemptBegan = .now
            state.attempt += 1
        }
    }

    /// Forgets the bytes.
    func startOver() throws(ArchiveError) {
        try take()?.reset(expecting: nil, entityTag: nil)
    }

    /// Gives back all memory, until the next attempt: bytes that can be gone on from are kept in the part file, others
    /// are forgotten.
    func setAside() throws(ArchiveError) {
        guard continuation != nil else { return try startOver() }
        // Outside the mutex: the receiver that is granted the memory locks it.
        let taken = state.withLock { state in
            defer { state.incoming = nil }
            return Taken(incoming: state.incoming)
        }
        try taken.incoming?.park()
        state.withLock { $0.incoming = taken.incoming }
    }

    /// Takes the bytes out of the mutex: letting go of their memory may serve a waiter, which locks again.
    private func take() -> IncomingRecording? {
        let taken = state.withLock { state in
            defer {
                state.incoming = nil
                state.objectByteCount = nil
            }
            return Taken(incoming: state.incoming)
        }
        return taken.incoming
    }

    /// Unchecked: it is out of the mutex then, and nobody else has it.
    private struct Taken: @unchecked Sendable {
        var incoming: IncomingRecording?
    }

    /// The whole recording; the sink is empty afterwards.
    func finish() -> ReceivedContent {
        take()?.finish() ?? ReceivedContent(bytes: [])
    }

    /// Makes what is there of a large recording outlive the machine's end.
    func checkpoint() throws(ArchiveError) {
        try state.withLock { state throws(ArchiveError) in try state.incoming?.checkpoint() }
    }

    func begin(_ head: ResponseHead, resumption: Resumption) -> SinkVerdict {
        state.withLock { state in
            state.findings.timeToFirstByte = .now - state.attemptBegan
            state.findings.isEndMarked = head.endIsMarked
            state.findings.validator = head.headers.validator
            state.findings.retryAfter = head.headers.retryAfter(now: Date())
            do throws(ArchiveError) {
                switch head.status {
                case 200:
                    return try beginWhole(head, length: head.contentLength, resumption: resumption, state: &state)
                case 206: return try beginPart(head, resumption: resumption, state: &state)
                default:
                    state.findings.objection = .status(head.status)
                    return .proceed
                }
            } catch {
                state.findings.objection = .storage(error)
                return .refuse
            }
        }
    }

    func receive(_ bytes: UnsafeRawBufferPointer) -> SinkVerdict {
        state.withLock { state in
            guard state.takesBytes, let incoming = state.incoming else {
                let room = Self.errorBodyBytes - state.findings.errorBody.count
                state.findings.errorBody += bytes.prefix(room)
                return room > bytes.count ? .proceed : .refuse
            }
            do throws(ArchiveError) {
                guard try mayTake(bytes.count, of: incoming, state: &state) else { return .refuse }
                try incoming.append(bytes)
                observer(.received(bytes: bytes.count))
                return .proceed
            } catch {
                state.findings.objection = .storage(error)
                return .refuse
            }
        }
    }

    /// Holds what comes against what was announced, and asks for room where nothing was.
    private func mayTake(
        _ count: Int,
        of incoming: IncomingRecording,
        state: inout State
    ) throws(ArchiveError) -> Bool {
        let sum = incoming.byteCount + Int64(count)
        if let end = state.end {
            if sum > end { state.findings.objection = .wrongRange }
            return sum <= end
        }
        guard sum > state.expectedThrough else { return true }
        guard sum <= Self.largestRecording else {
            state.findings.objection = .tooLarge(sum)
            return false
        }
        state.expectedThrough = sum + Self.undeclaredStep
        try expect(state.expectedThrough, isInPart: true, received: incoming.byteCount)
        return true
    }

    /// The answer is the whole recording: also where a range was asked for and the server ignored it.
    /// - Parameter length: how long the whole is, where the server says it.
    private func beginWhole(
        _ head: ResponseHead,
        length: Int64?,
        end: Int64? = nil,
        resumption: Resumption,
        state: inout State
    ) throws(ArchiveError) -> SinkVerdict {
        if let length, length > Self.largestRecording {
            state.findings.objection = .tooLarge(length)
            return .refuse
        }
        state.takesBytes = true
        state.objectByteCount = nil
        state.end = end ?? length
        state.expectedThrough = Int64(IncomingRecording.undeclaredReservation)
        let limit = budget.capacity / Self.largestShare
        try state.incoming?.reset(
            expecting: length,
            entityTag: Self.strongEntityTag(head),
            contentEncoding: head.headers.contentEncoding
        )
        if let length { try expect(length, isInPart: length > limit) }
        if state.incoming != nil { return .proceed }
        guard let bytes = IncomingRecording.memoryNeeded(expecting: length, limit: limit) else {
            state.incoming = incoming(head, length, memory: nil)
            return .proceed
        }
        let attempt = state.attempt
        let reservation = budget.reserve(bytes) { [weak self] reservation in
            self?.admit(head, length, memory: reservation, attempt: attempt)
            resumption.resume()
        }
        guard let reservation else { return .pause }
        state.incoming = incoming(head, length, memory: reservation)
        return .proceed
    }

    /// Says what will be written: a large recording is first written to its part, and then to its archive.
    private func expect(_ size: Int64, isInPart: Bool, received: Int64 = 0) throws(ArchiveError) {
        let size = max(size, received)
        try expectBytes(isInPart ? 2 * size - received : size)
    }

    /// A recording larger than this part of the budget does not go through memory.
    private static let largestShare = 4

    /// There is room now; unless the attempt that asked for it is over.
    private func admit(_ head: ResponseHead, _ length: Int64?, memory: MemoryReservation, attempt: Int) {
        state.withLock { state in
            guard state.attempt == attempt, state.takesBytes, state.incoming == nil else { return }
            state.incoming = incoming(head, length, memory: memory)
        }
    }

    /// A weak tag promises no equal bytes (RFC 9110 section 8.8.1): nothing can be gone on with by it.
    private static func strongEntityTag(_ head: ResponseHead) -> String? {
        head.headers["ETag"].flatMap { $0.hasPrefix("W/") ? nil : $0 }
    }

    private func incoming(_ head: ResponseHead, _ length: Int64?, memory: MemoryReservation?) -> IncomingRecording {
        IncomingRecording(
            expecting: length,
            entityTag: Self.strongEntityTag(head),
            contentEncoding: head.headers.contentEncoding,
            memory: memory,
            partPath: partPath
        )
    }

    /// A partial answer that brings the whole object is the object, asked for or not, and one that brings its beginning a
    /// beginning; any other must go on exactly where we stopped.
    private func beginPart(
        _ head: ResponseHead,
        resumption: Resumption,
        state: inout State
    ) throws(ArchiveError) -> SinkVerdict {
        guard let range = ContentRange(head.headers["Content-Range"] ?? ""),
            head.contentLength == nil || head.contentLength == range.count,
            range.isWhole || range.first == state.asked, state.asked > 0 || range.total != nil
        else {
            state.findings.objection = .wrongRange
            return .refuse
        }
        if range.isWhole || state.asked == 0 {
            return try beginWhole(
                head,
                length: range.total,
                end: range.last + 1,
                resumption: resumption,
                state: &state
            )
        }
        return try goOn(head, range, state: &state)
    }

    /// Adds to the bytes that are there, if they are of the same object.
    private func goOn(_ head: ResponseHead, _ range: ContentRange, state: inout State) throws(ArchiveError)
        -> SinkVerdict
    {
        guard let incoming = state.incoming, incoming.entityTag != nil,
            incoming.entityTag == Self.strongEntityTag(head),
            incoming.contentEncoding == head.headers.contentEncoding,
            incoming.expectedByteCount == nil || range.total == nil || range.total == incoming.expectedByteCount
        else {
            state.findings.objection = .objectChanged
            return .refuse
        }
        let total = range.total ?? incoming.expectedByteCount
        if let total, total > Self.largestRecording {
            state.findings.objection = .tooLarge(total)
            return .refuse
        }
        if let total { try expect(total, isInPart: incoming.isInPart, received: incoming.byteCount) }
        // How much of the object is still to come, a range of one of unknown length does not say.
        if total == nil { state.findings.isEndMarked = false }
        state.objectByteCount = range.total
        state.end = range.last + 1
        state.takesBytes = true
        return .proceed
    }
}
