import Recordings

/// Which tasks a pass asks the provider about.
package enum AskScope: Hashable, Sendable {
    /// Tasks that are due by the schedule, however old, and every unsettled task of the pass's own window, however
    /// recently it was asked about: the daily job.
    case due(impatientIn: Range<Timestamp>?)
    /// Every unsettled task of a window, and nothing else: someone named the window and wants to know now.
    case everythingUnsettled(in: Range<Timestamp>)
    /// Only tasks with recordings that are known and not yet received, without listing anything: `--retry-failed`.
    /// `nil` means all, however old.
    case onlyUnreceived(in: Range<Timestamp>?)

    /// The span in which a task has to be created; `nil` for any.
    var window: Range<Timestamp>? {
        switch self {
        case .due: nil
        case .everythingUnsettled(let window): window
        case .onlyUnreceived(let window): window
        }
    }

    /// The span in which the schedule's waiting times are ignored.
    var impatientIn: Range<Timestamp>? {
        switch self {
        case .due(let window): window
        case .everythingUnsettled(let window): window
        case .onlyUnreceived: nil
        }
    }

    /// Whether the schedule's waiting times still apply to explained tasks: no one asked for those.
    var sparesExplained: Bool {
        if case .due = self { true } else { false }
    }

    /// The span in which missing recordings are asked for even if they are explained. The inner `nil` means all,
    /// however old.
    var asksFor: Range<Timestamp>?? {
        switch self {
        case .due: nil
        case .everythingUnsettled(let window): .some(window)
        case .onlyUnreceived(let window): .some(window)
        }
    }

    /// Whether the pass lists tasks and asks open questions at all.
    var isListing: Bool {
        if case .onlyUnreceived = self { false } else { true }
    }
}
