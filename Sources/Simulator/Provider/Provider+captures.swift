/// A recording as the provider holds it at some moment.
struct HeldRecording: Sendable {
    var recording: SimulatedRecording
    /// How often its audio was replaced.
    var version: Int

    /// Its audio: another version is other sound of the same length.
    var sound: Sound {
        var sound = recording.sound
        if version > 0 { sound.seed = SeededRandom.mix(sound.seed &+ UInt64(version)) }
        return sound
    }

    /// In quotes. No checksum of the bytes, as S3's often is none either (wxcc-api 6.5).
    var etag: String {
        "\"\(String(SeededRandom.mix(recording.id.hashed &+ UInt64(version)), radix: 16))-1\""
    }
}

extension Provider {
    /// The recordings of a task that exist at `now`: appeared, not removed, not purged.
    func recordings(of task: SimulatedTask, _ changes: WorldChanges, at now: Moment) -> [HeldRecording] {
        guard now >= changes.heldBack[task.id] ?? Moment(.min) else { return [] }
        let retention = options.retention
        return (task.recordings + changes.added[task.id, default: []]).compactMap { recording in
            guard recording.available <= now, !recording.missing, !changes.removed.contains(recording.id),
                retention.map({ recording.stop + $0 > now }) ?? true
            else { return nil }
            return HeldRecording(recording: recording, version: changes.versions[recording.id, default: 0])
        }
    }

    func transcripts(of task: SimulatedTask, _ changes: WorldChanges, at now: Moment) -> [SimulatedTranscript] {
        guard now >= changes.heldBack[task.id] ?? Moment(.min) else { return [] }
        let retention = options.retention
        return task.transcripts.filter { $0.available <= now && (retention.map { task.ended + $0 > now } ?? true) }
    }
}

extension SimulatedRecording {
    /// Whether captures/query lists it for a question of that kind (wxcc-api 6.1, 6.3).
    func isListed(segments: Bool, virtualAgents: Bool, rules: CaptureRules) -> Bool {
        if callType.hasPrefix("va") { return virtualAgents }
        if segment { return segments }
        return !stitched || !segments || rules.listsStitchedWithSegments
    }
}
