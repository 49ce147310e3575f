/// A recording as it is known when an answer about its task comes.
package struct KnownRecording: Hashable, Sendable {
    /// Its number among the recordings of its task, from 0 on, in the order in which they became known.
    package var ordinal: Int64
    package var key: RecordingKey
    package var file: FileName
    /// When it ended, by the answer that its bytes are of.
    package var stopTime: Timestamp?
    /// How many downloads were begun for it.
    package var attempts: Int
    /// From when on its bytes are wanted; `nil` once they are held.
    package var wantedTime: Timestamp?
    /// Why it was given up for now; `nil` where it was not.
    package var failure: String?

    package init(
        ordinal: Int64,
        key: RecordingKey,
        file: FileName,
        stopTime: Timestamp? = nil,
        attempts: Int = 0,
        wantedTime: Timestamp?,
        failure: String? = nil
    ) {
        self.ordinal = ordinal
        self.key = key
        self.file = file
        self.stopTime = stopTime
        self.attempts = attempts
        self.wantedTime = wantedTime
        self.failure = failure
    }

    /// Whether its bytes are to be fetched now: a failure rests.
    package func isWanted(_ now: Timestamp) -> Bool {
        guard let wantedTime else { return false }
        return failure == nil || wantedTime <= now
    }
}
