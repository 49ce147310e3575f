import Synchronization

/// A recording as the provider has it at some moment.
struct HeldRecording: Sendable {
    var recording: SimulatedRecording
    /// How often its audio was replaced.
    var version: Int
    /// The origin of its URLs; `nil` for the simulator's own.
    var origin: String?

    /// Its audio; another version has other sound of the same length.
    var sound: Sound {
        var sound = recording.sound
        if version > 0 { sound.seed = SeededRandom.mix(sound.seed &+ UInt64(version)) }
        return sound
    }

    /// In quotes. Not a checksum of the bytes; S3's often is not either (wxcc-api 6.5).
    var etag: String {
        let state = UInt64(version) &+ UInt64(recording.sound.frames) << 20
        return "\"\(String(SeededRandom.mix(recording.id.hashed &+ state), radix: 16))-1\""
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
            let held = HeldRecording(recording: recording, version: changes.versions[recording.id, default: 0])
            guard let faults = changes.faults else { return held }
            return held.listed(faults.listingFaults(of: held, in: task, at: now), at: now)
        }
    }

    /// Counts the effects of the faults of the listing on an answer about that task.
    func countListingFaults(of task: SimulatedTask, _ changes: WorldChanges, at now: Moment) {
        guard let faults = changes.faults else { return }
        var whole = changes
        whole.faults = nil
        let struck = recordings(of: task, whole, at: now).flatMap { held in
            faults.listingFaults(of: held, in: task, at: now).filter { held.isChanged(by: $0.fault, at: now) }
        }
        guard !struck.isEmpty else { return }
        state.withLock { state in
            for (index, fault) in struck {
                state.faults.countListing(index)
                state.counters.faultsByKind[fault.kind, default: 0] += 1
            }
        }
    }

    func transcripts(of task: SimulatedTask, _ changes: WorldChanges, at now: Moment) -> [SimulatedTranscript] {
        guard now >= changes.heldBack[task.id] ?? Moment(.min) else { return [] }
        let retention = options.retention
        return task.transcripts.filter { $0.available <= now && (retention.map { task.ended + $0 > now } ?? true) }
    }
}

extension FaultPlan {
    fileprivate func listingFaults(
        of held: HeldRecording,
        in task: SimulatedTask,
        at now: Moment
    ) -> [(index: Int, fault: Fault)] {
        listingFaults(task: task.id, recording: held.recording.id, now: now)
    }
}

extension HeldRecording {
    /// The recording after the faults of the listing; `nil` if they remove it.
    fileprivate func listed(_ faults: [(index: Int, fault: Fault)], at now: Moment) -> HeldRecording? {
        var listed: HeldRecording? = self
        for (_, fault) in faults { listed = listed?.changed(by: fault, at: now) }
        return listed
    }

    fileprivate func isChanged(by fault: Fault, at now: Moment) -> Bool {
        guard let changed = changed(by: fault, at: now) else { return true }
        return changed.origin != origin || changed.recording.fileName != recording.fileName
            || changed.recording.sound != recording.sound
    }

    private func changed(by fault: Fault, at now: Moment) -> HeldRecording? {
        var changed = self
        switch fault {
        case .vanish: return nil
        case .late(let delay):
            changed.recording.available = recording.available + delay
            return changed.recording.available <= now ? changed : nil
        case .partial(let share, let duration) where now < recording.available + duration:
            let length = Double(recording.start.distance(to: recording.stop))
            changed.recording.stop = recording.start.advanced(by: Int64(length * share))
            changed.recording.sound.frames = Int(Double(recording.sound.frames) * share)
        case .named(let name): changed.recording.fileName = name
        case .mediaOrigin(let origin): changed.origin = origin
        default: break
        }
        return changed
    }
}

extension SimulatedRecording {
    /// Whether captures/query lists it for a request of this kind (wxcc-api 6.1, 6.3).
    func isListed(segments: Bool, virtualAgents: Bool, rules: CaptureRules) -> Bool {
        if callType.hasPrefix("va") { return virtualAgents }
        if segment { return segments }
        return !stitched || !segments || rules.listsStitchedWithSegments
    }
}
