/// The type of an entry. The names are those in the log's files, and never change.
package enum LogEntryType: String, CaseIterable, Hashable, Sendable {
    case logBegun = "log.begun"
    case keyAdded = "key.added"
    case keyRetired = "key.retired"
    case configChanged = "config.changed"
    case recordingStored = "recording.stored"
    case recordingReplaced = "recording.replaced"
    case damageFound = "damage.found"
    case archiveSealed = "archive.sealed"
    case archiveEdition = "archive.edition"
    case archiveAdopted = "archive.adopted"
    case archivePlaced = "archive.placed"
    case dayClosed = "day.closed"
    case dayReopened = "day.reopened"
    case gapExplained = "gap.explained"
    case explanationWithdrawn = "explanation.withdrawn"
    case lossExplained = "loss.explained"
    case audioAccessed = "audio.accessed"
    case callViewed = "call.viewed"
    case caseExported = "case.exported"
    case auditExported = "audit.exported"
    case holdSet = "hold.set"
    case holdReleased = "hold.released"
    case retentionExtended = "retention.extended"
    case disposalPlanned = "disposal.planned"
    case disposalApproved = "disposal.approved"
    case disposalCancelled = "disposal.cancelled"
    case disposalBegun = "disposal.begun"
    case disposalDone = "disposal.done"
    case erasureRefused = "erasure.refused"
    case legacyAttached = "legacy.attached"
    case accessCreated = "access.created"
    case accessRevoked = "access.revoked"
    case passRequested = "pass.requested"
    case anchorAdded = "anchor.added"
    case clockStepped = "clock.stepped"

    /// The members that an entry of this type has to have, and those that it may have.
    package var keywords: (needed: Set<LogKeyword>, allowed: Set<LogKeyword>) {
        switch self {
        case .logBegun: ([.origin, .vkey], [.previous, .detail])
        case .keyAdded, .keyRetired: ([], [.vkey, .recipient])
        case .configChanged: ([.sha256], [])
        case .recordingStored: ([.taskID, .path, .archive, .bytes, .sha256, .record], [.retentionClass])
        case .recordingReplaced, .damageFound:
            ([.archive, .detail], [.path, .leaf, .taskID, .sha256, .recordings])
        case .archiveSealed: ([.archive, .bytes, .sha256, .recordings], [.tags])
        case .archiveEdition: ([.archive, .bytes, .sha256, .recordings, .edition, .previous], [.tags])
        case .archiveAdopted: ([.archive, .sha256, .recordings], [.bytes])
        case .archivePlaced: ([.archive, .store, .key], [.version, .retainUntil])
        case .dayClosed: ([.day, .record, .recordings, .gaps], [])
        case .dayReopened: ([.day], [])
        case .gapExplained, .explanationWithdrawn, .lossExplained: ([.taskID, .reason], [.note, .path, .object])
        case .audioAccessed: ([.taskID, .how], [.path, .leaf, .reason, .caseName])
        case .callViewed: ([.how], [.taskID, .reason, .caseName])
        case .caseExported: ([.caseName, .manifest], [.reason, .count])
        case .auditExported: ([.count], [.reason, .manifest])
        case .holdSet, .holdReleased, .retentionExtended: ([], [.hold, .matter, .objects, .count, .until, .approver])
        case .disposalPlanned, .disposalApproved, .disposalCancelled, .disposalBegun, .disposalDone:
            ([.plan], [.count, .bytes, .method, .ground])
        case .erasureRefused: ([.ground], [.taskID, .plan])
        case .legacyAttached: ([.file, .sha256, .day], [.count])
        case .accessCreated, .accessRevoked: ([.name], [.role])
        case .passRequested: ([], [.from, .to, .reason])
        case .anchorAdded: ([.size, .kind, .file, .object], [.certificates, .vkey])
        case .clockStepped: ([.from, .to], [])
        }
    }
}
