import Foundation
import Recordings
import Testing

/// Sample values for the rules.
enum Offered {
    static let created = Timestamp(millisecondsSince1970: 1_763_625_600_000)

    /// A recording of task "t" as an answer offers it.
    static func recording(
        _ number: Int = 1,
        file: String = "recording-1.wav",
        stop: Duration? = .minutes(2)
    ) throws -> CapturedRecording {
        CapturedRecording(
            key: RecordingKey(
                taskID: try #require(TaskID("t")),
                recordingID: try #require(RecordingID("r\(number)")),
                kind: .recording,
                isSegment: false,
                callType: "main",
                startTime: created,
                providerFileName: file
            ),
            stopTime: stop.map { created + $0 },
            url: try #require(URL(string: "https://media.example/\(number)")),
            json: ProviderJSON(redacted: "{}")
        )
    }

    /// The same recording as it is already known.
    /// - Parameter wanted: when its bytes are wanted; `nil` if they are held.
    static func known(
        _ captured: CapturedRecording,
        ordinal: Int64 = 0,
        wanted: Timestamp? = nil,
        failure: String? = nil
    ) -> KnownRecording {
        KnownRecording(
            ordinal: ordinal,
            key: captured.key,
            file: FileName.of(captured.key, distinguisher: Int(ordinal)),
            stopTime: captured.stopTime,
            attempts: 2,
            wantedTime: wanted,
            failure: failure
        )
    }

    static func digest(_ byte: UInt8) throws -> ContentDigest {
        try #require(ContentDigest(bytes: [UInt8](repeating: byte, count: 32)))
    }
}
