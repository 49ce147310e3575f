import Foundation

/// One file that the provider offers for a task, with a signed URL that is valid for a while.
package struct CapturedRecording: Sendable, Hashable {
    package var key: RecordingKey
    /// When the recorded part of the call ended, if the provider says so.
    package var stopTime: Timestamp?
    /// Where the bytes are until the URL expires. A secret: never stored, never logged with its query.
    package var url: URL
    /// The provider's own words, without the query of `filePath`.
    package var json: ProviderJSON

    package init(key: RecordingKey, stopTime: Timestamp?, url: URL, json: ProviderJSON) {
        self.key = key
        self.stopTime = stopTime
        self.url = url
        self.json = json
    }
}

extension CapturedRecording {
    /// How long the recording lasts, according to the provider; `nil` if it does not say, or if the times make no
    /// sense.
    package var statedDuration: Duration? {
        guard let start = key.startTime, let stopTime, start < stopTime, stopTime - start <= Self.longestDuration else {
            return nil
        }
        return stopTime - start
    }

    /// No call lasts longer: a stop time in the year 9999 means that there is none yet.
    private static let longestDuration = Duration.hours(31 * 24)

    /// The same file as another version of a recording that is already held; `nil` if the provider does not say when it
    /// ends, because versions could then not be told apart.
    package var asVersion: CapturedRecording? {
        guard let stopTime else { return nil }
        var version = self
        version.key = key.versioned(until: stopTime)
        return version
    }
}
