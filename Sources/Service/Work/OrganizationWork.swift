import Recordings

/// Requested work for organizations. Callers see it or do not, by the organizations that they see.
protocol OrganizationWork: RequestedWork {
    var actor: Actor { get }
    /// Why it failed; the service's log has more.
    var problem: Problem? { get }
    /// Whether a caller may see it: the caller sees all of its organizations.
    func isVisible(to caller: Caller) -> Bool
}

extension OrganizationWork {
    var requestedBy: String { actor.name }
    var error: String? { problem?.code }
}

extension WorkBoard where Work: OrganizationWork {
    /// What a caller may see, newest first.
    func works(seenBy caller: Caller) -> [Work] { all.filter { $0.isVisible(to: caller) } }

    /// - Returns: `nil` if there is none with this ID, it is no longer kept, or the caller may not see it.
    func work(_ id: String, seenBy caller: Caller) -> Work? {
        guard let work = work(id), work.isVisible(to: caller) else { return nil }
        return work
    }
}
