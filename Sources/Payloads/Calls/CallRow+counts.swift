import Manifest
import Recordings

extension CallRow {
    /// How it ended, in the provider's word: `completed`, `abandoned`; `nil` while it goes on.
    package var outcome: String? { status.isTerminal ? status.description : nil }

    /// How many recordings are known of it, of the screen as well.
    package var recordingCount: Int { recordings.count { $0.key.kind != .transcription } }

    /// How many transcripts are known of it.
    package var transcriptCount: Int { recordings.count - recordingCount }
}

extension CallFacts.Party {
    /// Its name, or else its identifier.
    package var shown: String { name ?? id ?? "" }
}
