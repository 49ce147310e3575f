/// What a captured file is. The provider answers with three lists; audio has to be audio to be accepted, the others are
/// kept as they are.
///
/// For a new kind the compiler names the switches that need it. It also needs its list in `CaptureListAnswer` and its
/// number in `StoredCode`.
package enum CaptureKind: String, Hashable, Sendable, Codable, Comparable, CaseIterable {
    case recording
    case transcription
    case screenRecording = "screen_recording"

    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
}
