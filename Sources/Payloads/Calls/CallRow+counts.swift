import Manifest
import Recordings

extension CallRow {
    /// How it ended, as the provider calls it: `completed`, `abandoned`; `nil` while it is in progress.
    package var outcome: String? { status.isTerminal ? status.description : nil }

    /// How many of its recordings are known, including those of the screen.
    package var recordingCount: Int { recordings.count { $0.key.kind != .transcription } }

    /// How many of its transcripts are known.
    package var transcriptCount: Int { recordings.count - recordingCount }
}

extension CallFacts.Party {
    /// Its name, otherwise its identifier.
    package var shown: String { name ?? id ?? "" }
}
