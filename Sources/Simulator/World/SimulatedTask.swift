/// One task of the simulated world, with everything that will ever be known about it; the provider reveals it depending
/// on its clock.
package struct SimulatedTask: Sendable {
    /// How the contact went.
    package enum Kind: String, Sendable {
        case answered, outdial, abandoned
        case selfService = "self_service"
        case digital
    }

    /// The provider's identifier of it.
    package let id: String
    /// How it went.
    package let kind: Kind
    /// `telephony`, `email` or `chat`.
    package let channelType: String
    /// The calendar day, `2025-11-20`, in the world's time zone.
    package let day: String
    /// When it began.
    package let created: Moment
    /// When the last party has left.
    package let ended: Moment
    /// Whether a capture was requested, as will be known from `captureRequestKnown` on.
    package let captureRequested: Bool
    /// Until then `captureRequested` is null.
    package let captureRequestKnown: Moment
    /// Everything that was recorded: segments and the combined recording of the main call, consultations, virtual
    /// agent.
    package let recordings: [SimulatedRecording]

    let owner: Staff.Member?
    let queue: Staff.Member?
    let origin: String
    let destination: String
    let direction: String
    let reasonCode: String?
    let transcripts: [SimulatedTranscript]
}

/// One recording of a task, whose audio is generated when it is requested.
package struct SimulatedRecording: Sendable {
    /// The provider's identifier of it.
    package let id: String
    /// As the provider names the file; not unique within a task.
    package internal(set) var fileName: String
    /// `main`, `consult` or `va-main`.
    package let callType: String
    /// Whether it is a piece of a main call in several pieces, listed only with `includeSegments`.
    package let segment: Bool
    /// Whether it is the whole of a main call in several pieces, listed only without `includeSegments`.
    package let stitched: Bool
    /// When its first sound begins.
    package let start: Moment
    /// When its last sound ends.
    package internal(set) var stop: Moment
    /// When captures/query first lists it.
    package internal(set) var available: Moment

    let channels: (String, String)
    let participants: [String]
    let sensitive: Bool?
    var sound: Sound
    /// Never appears, although it was requested.
    let missing: Bool
}

/// One transcript of a task.
struct SimulatedTranscript: Sendable {
    let id: String
    let fileName: String
    let languageCode: String
    let start: Moment
    let available: Moment
    let content: [UInt8]
}
