import Recordings

/// Which tasks a pass asks the provider about.
package enum AskScope: Hashable, Sendable {
    /// Those that are due by the schedule, however old, and all of the pass's own window that is not settled, however
    /// lately asked about: the daily job.
    case due(impatientIn: Range<Timestamp>?)
    /// All of a window that is not settled, and nothing else: somebody named the window and wants to know now.
    case everythingUnsettled(in: Range<Timestamp>)
    /// Only those with recordings that are known and not yet received, without listing anything: `--retry-failed`.
    /// `nil` for all, however old.
    case onlyUnreceived(in: Range<Timestamp>?)

    /// Only tasks created in here; `nil` for all.
    var window: Range<Timestamp>? {
        switch self {
        case .due: nil
        case .everythingUnsettled(let window): window
        case .onlyUnreceived(let window): window
        }
    }

    /// Where the schedule's waiting times are passed over.
    var impatientIn: Range<Timestamp>? {
        switch self {
        case .due(let window): window
        case .everythingUnsettled(let window): window
        case .onlyUnreceived: nil
        }
    }

    /// Whether the schedule's waiting times are kept all the same for what an operator has explained: nobody asked for it.
    var sparesExplained: Bool {
        if case .due = self { true } else { false }
    }

    /// Where somebody asks for what is missing, whatever was said about it: `nil` for all, however old.
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
