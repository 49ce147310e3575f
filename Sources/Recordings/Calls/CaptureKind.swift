/// What a captured file is. The provider answers with three lists; audio has to be audio to be accepted, the others are
/// kept as they are.
package enum CaptureKind: String, Hashable, Sendable, Codable, Comparable, CaseIterable {
    case recording
    case transcription
    case screenRecording = "screen_recording"

    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
}
