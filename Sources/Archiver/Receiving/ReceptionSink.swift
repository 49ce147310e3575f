import DailyArchive
import Files
import Foundation
import Recordings
import Synchronization
import Transfer

/// Receives a recording's bytes from the engine's threads, attempt after attempt, and checks that they are the bytes
/// that were requested.
///
/// Memory for a recording is reserved as a whole before its first byte. Until there is room, the download is paused.
final class ReceptionSink: DownloadSink {
    /// What the sink learned that the engine cannot know.
    struct Findings: Sendable {
        /// Why the answer's bytes are not the recording's; `nil` if they are.
        var objection: Objection?
        /// The first bytes of a body that is not the recording's, for the error message.
        var errorBody: [UInt8] = []
        /// Whether the server said where the body ends.
        var isEndMarked = false
        var retryAfter: Duration?
        /// The answer's identifier of the object's present bytes: an entity tag, weak or strong, otherwise a date.
        var validator: String?
        /// The time from the request to the answer's head, which comes with its first bytes.
        var timeToFirstByte: Duration?
    }

    /// Why an answer's bytes cannot be used.
    enum Objection: Sendable, Equatable {
        /// The status says that there are none.
        case status(Int)
        /// The object is not the one whose first bytes are held.
        case objectChanged
        /// The partial answer is not the one that was requested, or contradicts itself.
        case wrongRange
        /// More bytes than any recording has, as the server announces them or sends them unannounced.
        case tooLarge(Int64)
        /// The bytes could not be kept.
        case storage(ArchiveError)
    }

    /// Unchecked because of the incoming recording, which only this file touches: inside the mutex, or after ``Taken``
    /// has moved it out.
    private struct State: @unchecked Sendable {
        var incoming: IncomingRecording?
        /// The size of the whole object, if a partial answer stated it.
        var objectByteCount: Int64?
        var findings = Findings()
        var takesBytes = false
        /// The first byte that the attempt requested.
        var asked: Int64 = 0
        /// Where the answer ends in the object, as it states; `nil` if it does not.
        var end: Int64?
        /// For an answer without an end: how far disk space was requested.
        var expectedThrough: Int64 = 0
        var attemptBegan = ContinuousClock.now
        /// Counts attempts, so that memory that is granted late does not go to a later one.
        var attempt = 0
    }

    private static let errorBodyBytes = 4 << 10
    /// Anything larger is not a recording: a day of uncompressed stereo audio in CD quality has less than a quarter of
    /// this.
    static let largestRecording: Int64 = 64 << 30
    /// How many more bytes of disk space are requested at a time for an answer that does not state its length.
    private static let undeclaredStep: Int64 = 64 << 20

    private let budget: MemoryBudget
    private let partPath: String
    private let observer: PassObserver
    private let expectBytes: @Sendable (Int64) throws(ArchiveError) -> Void
    /// Locked by a thread of the engine during an attempt, by any thread that frees memory in the budget, and by the
    /// receiver between attempts.
    private let state: Mutex<State>

    /// Starts with the bytes that an earlier process left of a large recording, if any.
    /// - Parameter expectBytes: called with the number of bytes that will still be written to the disk, once that is
    ///   known; throws if there is no room for them.
    /// - Throws: `ArchiveError` if those cannot be read; its `.cancelled` if the task was.
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

    /// What the last attempt found.
    var findings: Findings { state.withLock(\.findings) }

    /// The `Range` and the condition for resuming, if there are bytes to resume from. Without an entity tag, bytes of
    /// two objects could be mixed unnoticed, so then only whole answers count.
    var continuation: (firstByte: Int64, entityTag: String)? {
        state.withLock { state in
            guard let incoming = state.incoming, incoming.byteCount > 0, let entityTag = incoming.entityTag else {
                return nil
            }
            return (incoming.byteCount, entityTag)
        }
    }

    /// How many bytes have arrived.
    var byteCount: Int64 { state.withLock { $0.incoming?.byteCount ?? 0 } }

    /// How the bytes are encoded (`HTTPHeaders.contentEncoding`).
    var contentEncoding: String? { state.withLock { $0.incoming?.contentEncoding } }

    /// Whether the bytes are as many as the object has; `nil` if its size was never stated.
    var isWhole: Bool? {
        state.withLock { state in
            guard let incoming = state.incoming, let expected = state.objectByteCount ?? incoming.expectedByteCount
            else {
                return nil
            }
            return incoming.byteCount == expected
        }
    }

    /// Discards the last attempt's findings; its bytes stay.
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

    /// Discards the bytes.
    func startOver() throws(ArchiveError) {
        try take()?.reset(expecting: nil, entityTag: nil)
    }

    /// Releases all memory until the next attempt. Bytes from which a download can resume are kept in the part file,
    /// others are discarded.
    func setAside() throws(ArchiveError) {
        guard continuation != nil else { return try startOver() }
        // Outside of the mutex, because the receiver that gets the memory locks it.
        let taken = state.withLock { state in
            defer { state.incoming = nil }
            return Taken(incoming: state.incoming)
        }
        try taken.incoming?.spillToDisk()
        state.withLock { $0.incoming = taken.incoming }
    }

    /// Takes the bytes out of the mutex, because releasing their memory may serve a waiter, which locks it again.
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

    /// Unchecked: it is then outside of the mutex, and no one else has a reference.
    private struct Taken: @unchecked Sendable {
        var incoming: IncomingRecording?
    }

    /// The whole recording; the sink is empty afterwards.
    func finish() -> ReceivedContent {
        take()?.finish() ?? ReceivedContent(bytes: [])
    }

    /// Makes the received part of a large recording survive a reboot.
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
                guard try isAsAnnounced(bytes.count, of: incoming, state: &state) else { return .refuse }
                try incoming.append(bytes)
                observer(.received(bytes: bytes.count))
                return .proceed
            } catch {
                state.findings.objection = .storage(error)
                return .refuse
            }
        }
    }

    /// Compares the bytes with what was announced, and reserves room if nothing was.
    private func isAsAnnounced(
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

    /// The answer is the whole recording, even if a range was requested and the server ignored that.
    /// - Parameter length: how long the whole is, if the server states it.
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

    /// Reserves room for what will be written: a large recording is written first to its part, and then to its archive.
    private func expect(_ size: Int64, isInPart: Bool, received: Int64 = 0) throws(ArchiveError) {
        let size = max(size, received)
        try expectBytes(isInPart ? 2 * size - received : size)
    }

    /// A recording larger than this fraction of the budget does not go through memory.
    private static let largestShare = 4

    /// There is memory now, which is used unless the attempt that asked for it is over.
    private func admit(_ head: ResponseHead, _ length: Int64?, memory: MemoryReservation, attempt: Int) {
        state.withLock { state in
            guard state.attempt == attempt, state.takesBytes, state.incoming == nil else { return }
            state.incoming = incoming(head, length, memory: memory)
        }
    }

    /// A weak tag does not promise equal bytes (RFC 9110 section 8.8.1), so a download cannot resume with it.
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

    /// A partial answer that brings the whole object counts as the object, requested or not, and one that brings its
    /// beginning counts as a beginning. Any other must continue exactly where the bytes end.
    private func beginPart(
        _ head: ResponseHead,
        resumption: Resumption,
        state: inout State
    ) throws(ArchiveError) -> SinkVerdict {
        guard let given = ContentRange(head.headers["Content-Range"]),
            head.contentLength == nil || head.contentLength == given.count,
            given.isWhole || given.range.lowerBound == state.asked, state.asked > 0 || given.total != nil
        else {
            state.findings.objection = .wrongRange
            return .refuse
        }
        if given.isWhole || state.asked == 0 {
            return try beginWhole(
                head,
                length: given.total,
                end: given.range.upperBound,
                resumption: resumption,
                state: &state
            )
        }
        return try resume(head, given, state: &state)
    }

    /// Adds to the bytes that have arrived, if they are of the same object.
    private func resume(_ head: ResponseHead, _ given: ContentRange, state: inout State) throws(ArchiveError)
        -> SinkVerdict
    {
        guard let incoming = state.incoming, incoming.entityTag != nil,
            incoming.entityTag == Self.strongEntityTag(head),
            incoming.contentEncoding == head.headers.contentEncoding,
            incoming.expectedByteCount == nil || given.total == nil || given.total == incoming.expectedByteCount
        else {
            state.findings.objection = .objectChanged
            return .refuse
        }
        let total = given.total ?? incoming.expectedByteCount
        if let total, total > Self.largestRecording {
            state.findings.objection = .tooLarge(total)
            return .refuse
        }
        if let total { try expect(total, isInPart: incoming.isInPart, received: incoming.byteCount) }
        // A range of an object of unknown length does not say how much is still to come.
        if total == nil { state.findings.isEndMarked = false }
        state.objectByteCount = given.total
        state.end = given.range.upperBound
        state.takesBytes = true
        return .proceed
    }
}
