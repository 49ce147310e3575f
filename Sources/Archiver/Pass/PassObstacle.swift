import DailyArchive
import Files
import Manifest
import Recordings
import WebexContactCenter

/// One reason why exit code 0 would be wrong for a pass that went through.
package enum PassObstacle: Hashable, Sendable, CustomStringConvertible {
    /// Recordings not yet received: known ones, and those of calls that the provider may still have.
    case pending(Int)
    /// Recordings that were archived and are damaged, and neither repaired nor explained.
    case damaged(Int)
    /// Archives that are damaged outside of their recordings.
    case archivesDamaged(Int)
    /// What is missing and not explained.
    case unexplained(Int)
    /// Finished tasks for which the provider may still say whether a recording was requested.
    case undetermined(Int)
    /// Recordings that are stored but not sealed, although their day is over.
    case unsealed(Int)
    /// Archives that are sealed, and that the vault does not have yet.
    case unvaulted(Int)
    /// The vault could not be used: why.
    case vaultFailed(String)
    /// Days of the window, or parts of them, that no pass has listed.
    case unlisted([ArchiveDay])
    /// Days of the window whose listing may have left out a task.
    case doubted([ArchiveDay])
    /// An empty window: nothing can be listed yet, or nothing was to be listed.
    case nothingListed
    /// Unreceived recordings of other days, if those were to be fetched too.
    case unreceivedElsewhere(Int)
    /// Damaged recordings of other days, if those were to be fetched too.
    case damagedElsewhere(Int)

    /// For people: what, and how much of it.
    package var description: String {
        switch self {
        case .pending(let count): "\(count) pending"
        case .damaged(let count): "\(count) damaged"
        case .archivesDamaged(let count): count == 1 ? "1 archive damaged" : "\(count) archives damaged"
        case .unexplained(let count): "\(count) missing and not explained"
        case .undetermined(let count): "\(count) not yet determined"
        case .unsealed(let count): "\(count) not sealed"
        case .unvaulted(1): "1 archive not yet in the vault"
        case .unvaulted(let count): "\(count) archives not yet in the vault"
        case .vaultFailed(let reason): "the vault: \(reason)"
        case .unlisted(let days): "\(Self.named(days)) not listed"
        case .doubted(let days): "\(Self.named(days)) for which the task list may lack a task"
        case .nothingListed: "nothing of the window is listed yet"
        case .unreceivedElsewhere(let count): "\(count) of other days not received"
        case .damagedElsewhere(let count): "\(count) of other days damaged"
        }
    }

    private static func named(_ days: [ArchiveDay]) -> String {
        guard let first = days.first else { return "no day" }
        return days.count == 1 ? "\(first)" : "\(days.count) days, the oldest \(first),"
    }
}

extension Pass.Result {
    /// What keeps the result from being complete; empty if nothing does. If the pass could not go on, ``failure`` says
    /// why.
    package var obstacles: [PassObstacle] {
        let recordings = summary.recordings
        let counted: [(Int, (Int) -> PassObstacle)] = [
            (recordings.unrepaired, PassObstacle.damaged), (recordings.archivesDamaged, PassObstacle.archivesDamaged),
            (recordings.pending + recordings.awaited, PassObstacle.pending),
            (recordings.missing, PassObstacle.unexplained),
            (summary.tasks.unresolved, PassObstacle.undetermined),
            (recordings.overdue - recordings.unvaulted, PassObstacle.unsealed),
            (recordings.archivesUnvaulted, PassObstacle.unvaulted),
            (unreceivedElsewhere, PassObstacle.unreceivedElsewhere),
            (damagedElsewhere, PassObstacle.damagedElsewhere),
        ]
        var obstacles = counted.filter { $0.0 > 0 }.map { $0.1($0.0) }
        if window.range.isEmpty, !followsListing { obstacles.append(.nothingListed) }
        if let failure = vault?.failure { obstacles.append(.vaultFailed("\(failure)")) }
        if !unlisted.isEmpty { obstacles.append(.unlisted(unlisted)) }
        if !doubted.isEmpty || listingDoubts > 0 { obstacles.append(.doubted(doubted)) }
        return obstacles
    }

    /// The same in one line.
    package var obstacleText: String { obstacles.map(\.description).joined(separator: ", ") }

    /// Whether the whole of a day in the window is complete.
    package func isComplete(_ day: DayReconciliation) -> Bool {
        failure == nil && day.summary.isComplete && !unlisted.contains(day.day) && !doubted.contains(day.day)
    }
}

extension PassFailure {
    /// What a person has to do about an error that ended a pass.
    package init(_ error: any Error) {
        let kind: Kind =
            switch error {
            case let error as ProviderError:
                switch error.code {
                case .authorization, .wrongOrganization: .authorization
                case .tokenStore: .disk
                case .notOffered, .redirectPort: .other
                default: .provider
                }
            case let error as ArchiveError: error.code == .damaged ? .damage : error.code == .locked ? .other : .disk
            case let error as VaultError: error.code == .refused ? .authorization : .other
            case let error as ManifestError:
                switch error.code {
                case .damaged, .conflict: .damage
                case .busy, .newer, .unknown: .other
                default: .disk
                }
            case let error as ArchiverError:
                switch error.code {
                case .damaged: .damage
                case .diskLow: .disk
                default: .other
                }
            default: .other
            }
        self.init(kind, "\(error)")
    }
}
