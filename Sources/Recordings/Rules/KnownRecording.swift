/// What is known about a recording when an answer about its task comes.
package struct KnownRecording: Hashable, Sendable {
    /// Its number among the recordings of its task, from 0, in the order in which they became known.
    package var ordinal: Int64
    package var key: RecordingKey
    package var file: FileName
    /// When it ended, according to the answer that its bytes belong to.
    package var stopTime: Timestamp?
    /// How many downloads of it were begun.
    package var attempts: Int
    /// When its bytes are wanted; `nil` once they are held.
    package var wantedTime: Timestamp?
    /// Why it was given up for now; `nil` if it was not.
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

    /// Whether its bytes are to be fetched now: after a failure it has to wait.
    package func isWanted(_ now: Timestamp) -> Bool {
        guard let wantedTime else { return false }
        return failure == nil || wantedTime <= now
    }
}
