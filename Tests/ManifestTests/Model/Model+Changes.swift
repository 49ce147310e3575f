import Recordings
import Testing

@testable import Manifest

/// The effects of single changes, whatever causes them.
extension Model {
    /// A known recording is never forgotten.
    mutating func know(_ key: RecordingKey) {
        guard recordings[key] == nil else { return }
        recordings[key] = Recording(wantedTime: now)
        allKeys.append(key)
        keysByTask[key.taskID, default: []].append(key)
    }

    /// The copy in this archive counts from now on. Everything that was said about the recording's absence is over.
    mutating func hold(_ key: RecordingKey, _ entry: RecordingEntry, in name: ArchiveName) {
        know(key)
        archives[name]?.copies[key] = Copy(entry: entry)
        recordings[key] = Recording(holder: name, wantedTime: now)
        explanations[key.taskID]?.recordings.remove(key)
    }

    /// No copy counts any more.
    mutating func lose(_ key: RecordingKey) {
        recordings[key] = Recording(wantedTime: now)
    }

    /// The copy that counts stays in its archive but no longer counts, and no other does.
    mutating func exclude(_ key: RecordingKey) {
        guard let holder = recordings[key]?.holder else { return }
        archives[holder]?.copies[key]?.exclusion = .damaged
        lose(key)
    }

    /// An open archive that has a copy of a recording that no archive holds any more cannot take another: its copy
    /// counts.
    mutating func countOpenCopy(_ key: RecordingKey) {
        guard let name = open(Self.day(of: key.taskID)), let copy = archives[name]?.copies[key] else { return }
        hold(key, copy.entry, in: name)
    }

    /// It is given up for now. What is explained waits longer.
    mutating func fail(_ key: RecordingKey, _ reason: GapReason, retry: Timestamp) {
        recordings[key]?.failure = reason
        recordings[key]?.wantedTime = retry
        rest(key, failed: now)
    }

    mutating func rest(_ key: RecordingKey, failed: Timestamp) {
        guard let explanation = explanations[key.taskID], explanation.recordings.contains(key) else { return }
        let created = Self.created(Self.number(of: key.taskID))
        let next = AskSchedule().nextTry(failed: failed, explained: explanation.time, created: created)
        recordings[key]?.wantedTime = next ?? Timestamp(millisecondsSince1970: .max)
    }

    /// What a found archive says about a recording. A copy that says that it replaces another counts instead of one in
    /// an earlier archive; otherwise the copy that already counted still counts.
    /// - Returns: whether it counts.
    mutating func take(_ entry: RecordingEntry, into name: ArchiveName) -> Bool {
        let key = entry.key
        tasks[key.taskID] = tasks[key.taskID] ?? Task(request: .undetermined, isListed: false)
        if let holder = recordings[key]?.holder, holder != name {
            guard entry.replaces != nil, holder.sequence < name.sequence else {
                archives[name]?.copies[key] = Copy(entry: entry, exclusion: .duplicate)
                return false
            }
            exclude(key)
        }
        hold(key, entry, in: name)
        return true
    }

    /// A pass died or has ended: no one is working on anything.
    mutating func dropWork() {
        for item in work.values { reservations.release(item.row) }
        work = [:]
    }

    mutating func release(_ key: RecordingKey) {
        if let item = work.removeValue(forKey: key) { reservations.release(item.row) }
    }

    /// A copy with unique bytes.
    mutating func entry(
        _ captured: CapturedRecording,
        offset: Int64,
        replaces: ArchiveName? = nil
    ) throws -> RecordingEntry {
        copiesMade += 1
        return RecordingEntry(
            key: captured.key,
            organization: try #require(OrganizationName("acme")),
            organizationID: try #require(OrganizationID("93912f11-6017-404b-bf14-5331890b1797")),
            day: Self.day(of: captured.key.taskID),
            stopTime: captured.stopTime,
            file: FileName.of(captured.key, distinguisher: 0),
            offset: offset,
            stored: ByteIdentity(byteCount: 1000 + Int64(copiesMade), digest: try Fixture.digest(copiesMade)),
            audio: AudioFormat(
                codec: "mulaw",
                channels: 2,
                sampleRateHertz: 8000,
                bitsPerSample: 8,
                durationMilliseconds: 500 + Int64(copiesMade)
            ),
            suspicion: nil,
            attempts: 1,
            receivedTime: now,
            taskJSON: nil,
            captureJSON: captured.json,
            replaces: replaces
        )
    }
}
