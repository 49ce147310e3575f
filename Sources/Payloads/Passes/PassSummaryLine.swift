import Archiver
import Manifest
import Recordings

/// `{"type":"summary", …}` of a pass over one organization.
package struct PassSummaryLine: Encodable {
    let type = "summary"
    var organization: String
    var from: String
    var to: String
    var tasks: TaskFigures
    var recordings: RecordingFigures
    var archives: [Archive]
    var downloads: Downloads
    var complete: Bool
    /// Days of which a part in the window is not listed.
    var notListed: [ArchiveDay]
    /// Days of the window whose listing may have left out a task.
    var inDoubt: [ArchiveDay]
    /// Why it is not complete, for people; absent if it is.
    var reason: String?
    var secondSource: SecondSource?
    var callMetadata: CallMetadata?
    /// Why days were not compared with other sources, by source; empty if they were.
    var sourceAbsences: [String: String]
    var vault: Vault?
    var error: String?

    private enum CodingKeys: String, CodingKey {
        case type, organization, from, to, tasks, recordings, archives, downloads, complete, reason, vault, error
        case notListed = "not_listed"
        case inDoubt = "in_doubt"
        case secondSource = "second_source"
        case callMetadata = "call_metadata"
        case sourceAbsences = "witness_absences"
    }

    /// What Search said about the window's calls.
    struct CallMetadata: Encodable {
        /// Calls about which it said something new.
        var searched: Int
        var absence: String?
    }

    /// What was done with the vault; absent without one.
    struct Vault: Encodable {
        var placed: Int
        var bytes: Int64
        var evicted: Int
        /// Copies that had no lock, and were locked.
        var locked: Int
        /// Sealed archives of the window's days that the vault does not have yet.
        var waiting: Int
        /// Why something could not be put there; absent if nothing failed.
        var error: String?

        init?(_ result: Pass.Result) {
            guard let finding = result.vault else { return nil }
            placed = finding.placed.count
            bytes = finding.placedBytes
            evicted = finding.evicted.count
            locked = finding.locked.count
            waiting = result.summary.recordings.archivesUnvaulted
            error = finding.failure.map { "\($0)" }
        }
    }

    /// The comparison of agent activities with the listing of tasks.
    struct SecondSource: Encodable {
        var activities: Int
        var tasksNotListed: Int
        var absence: String?

        enum CodingKeys: String, CodingKey {
            case activities, absence
            case tasksNotListed = "tasks_not_listed"
        }
    }

    struct Archive: Encodable {
        var path: String
        var day: ArchiveDay
        var sequence: Int
        var recordings: Int
        var bytes: Int64
        var sha256: ContentDigest
    }

    /// Concurrent downloads.
    struct Downloads: Encodable {
        var configured: Int
        var lowest: Int
        var last: Int
    }

    package init(_ result: Pass.Result) {
        let summary = result.summary
        organization = result.organization.description
        from = result.window.range.lowerBound.description
        to = result.window.range.upperBound.description
        tasks = TaskFigures(summary.tasks)
        recordings = RecordingFigures(summary.recordings)
        archives = result.archives.map {
            Archive(
                path: $0.path,
                day: $0.name.day,
                sequence: $0.name.sequence,
                recordings: $0.recordings,
                bytes: $0.bytes,
                sha256: $0.digest
            )
        }
        downloads = Downloads(
            configured: result.pacing.configured,
            lowest: result.pacing.lowest,
            last: result.pacing.last
        )
        complete = result.isComplete
        notListed = result.unlisted
        inDoubt = result.doubted
        reason = result.failure == nil && !result.isComplete ? result.obstacleText : nil
        secondSource = result.activities.map {
            SecondSource(activities: $0.activities, tasksNotListed: $0.tasksNotListed, absence: $0.absence)
        }
        callMetadata = result.callMetadata.map { CallMetadata(searched: $0.searched, absence: $0.absence) }
        sourceAbsences = Dictionary(
            uniqueKeysWithValues: result.sourceAbsences.map { ($0.key.rawValue, $0.value) }
        )
        vault = Vault(result)
        error = result.failure.map { "\($0)" }
    }
}
