/// What kinds of calls a world has, and how they behave; every share is from 0 to 1.
package struct CallMix: Sendable, Hashable {
    /// Calls that agents dial.
    package var outdialShare = 0.08
    /// Calls whose caller hangs up in the queue: no owner, no recording.
    package var abandonedShare = 0.08
    /// Calls that end in the menu: neither owner nor queue, no recording.
    package var selfServiceShare = 0.06
    /// Answered calls that the recording schedule leaves out.
    package var unrecordedShare = 0.05
    /// Tasks whose `captureRequested` stays null for minutes to hours after the call.
    package var undeterminedShare = 0.1
    /// Recorded calls with one consultation; a fifth of them has two.
    package var consultShare = 0.15
    /// Inbound calls that a virtual agent answers first.
    package var virtualAgentShare = 0.12
    /// Recorded calls with a transcript.
    package var transcriptShare = 0.15
    /// E-mail and chat tasks on top of the calls, as a share of their number.
    package var digitalShare = 0.05
    /// Recorded calls whose capture appears ten minutes to four hours late.
    package var lateShare = 0.03
    /// Recordings that were requested and never appear.
    package var missingShare = 0.0
    /// Recordings whose audio has no length.
    package var emptyAudioShare = 0.0
    /// Tasks whose identifier is an older, opaque one of 20 characters.
    package var opaqueIdentifierShare = 0.02
    /// The time from the end of a call until its captures appear, for most calls (wxcc-api 15, row 14).
    package var captureDelay: Duration = .seconds(120)
    /// Tasks around midday that share one millisecond; pairs of them are common anyway.
    package var tasksInOneMillisecond = 5

    /// Calls of each day, by their position from 0, whose recordings were requested and never appear.
    package var missingCalls: Set<Int> = []
    /// The minimum size in bytes, whatever the scale, of the first recording of each day's first call, which is then
    /// answered and recorded; `nil` if that call is drawn like all others.
    package var firstRecordingBytes: Int?

    /// The same as ``typical``.
    package init() {}

    /// About 1.45 recordings per call, with segments and without virtual agents.
    package static let typical = CallMix()
}
