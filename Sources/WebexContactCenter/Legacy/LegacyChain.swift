import Recordings

/// The steps of one contact, from `new` to `ended`. Each says where the next one begins: its `cetts` is the next one's
/// `cstts`, and its `nextState` names it (wxcc-api 13.1, 13.4).
package struct LegacyChain: Sendable {
    /// The contact's session.
    package let session: LegacyRecord
    /// In order.
    package internal(set) var activities: [LegacyActivity] = []
    /// How it ends.
    package internal(set) var end = End.goesOn("it has no activity yet")

    /// How a chain ends.
    package enum End: Sendable, Hashable {
        /// It reaches the contact's own end.
        case complete
        /// The contact is still in progress, with the evidence for that.
        case goesOn(String)
        /// The next step is not available, for this reason.
        case broken(String)
    }
}

/// One step of a contact.
package struct LegacyActivity: Sendable, Hashable {
    package let id: LegacyActivityID
    package let record: LegacyRecord
    /// Whether the step before it did not name it, so that it was found by a common name.
    package let isGuessed: Bool

    /// When it began.
    package var start: Timestamp { Timestamp(millisecondsSince1970: id.start) }
    /// When it ended and the next one began; `nil` while it continues.
    package var end: Timestamp? { record.time("cetts") }
}

/// Which step to ask for next: the decisions of a walk along a chain, without the requests.
struct LegacyChainWalk: Sendable {
    /// More steps than a contact of several days has: such a long chain must be circular.
    static let longest = 2000

    /// Names of steps in guides and samples (wxcc-api 13.1, 13.4, 11.2), for steps that do not name the next.
    static let knownEvents = [
        "ivr-connected", "parked", "connect", "connected", "on-hold", "hold-done", "consulting", "conferencing",
        "wrapup", "ended",
    ]

    let session: String
    private var seen: Set<LegacyActivityID> = []
    private var hasEnded = false

    /// What to do next.
    enum Step: Hashable {
        /// Ask for these, one after another, until one exists. The previous step names the first `named` of them.
        case ask([LegacyActivityID], named: Int)
        case end(LegacyChain.End)
    }

    init(session: String) {
        self.session = session
    }

    /// The first step.
    func first(start: Timestamp) -> Step {
        .ask([LegacyActivityID(session: session, start: start.millisecondsSince1970, event: "new")], named: 1)
    }

    /// What follows a step that exists.
    mutating func next(after id: LegacyActivityID, _ record: LegacyRecord) -> Step {
        guard seen.insert(id).inserted else { return .end(.broken("\(id) comes after itself")) }
        guard seen.count < Self.longest else { return .end(.broken("it has more than \(Self.longest) activities")) }
        if let owner = record.text("session"), owner.lowercased() != session.lowercased() {
            return .end(.broken("\(id) belongs to session \(owner.prefix(64))"))
        }
        if id.event.lowercased() == "ended" { hasEnded = true }
        let told = Self.events(record.text("nextState"))
        if hasEnded && told.isEmpty { return .end(.complete) }
        guard let end = record.integer("cetts"), end > 0 else {
            return .end(hasEnded ? .complete : .goesOn("\(id) has no end yet"))
        }
        guard end >= id.start else { return .end(.broken("\(id) ends before it begins")) }
        let guesses = hasEnded ? [] : Self.knownEvents.filter { !told.contains($0) }
        let candidates = (told + guesses).map { LegacyActivityID(session: session, start: end, event: $0) }
        let fresh = candidates.filter { !seen.contains($0) }
        guard let first = fresh.first else { return .end(.broken("\(id) leads back to \(candidates[0])")) }
        // A name of an earlier step is a circle; no guess may hide that.
        guard told.isEmpty || first == candidates[0] else {
            return .end(.broken("\(id) leads back to \(candidates[0])"))
        }
        return .ask(fresh, named: told.count)
    }

    /// What it means if none of these exists.
    func missing(_ asked: [LegacyActivityID], named: Int) -> LegacyChain.End {
        if hasEnded { return .complete }
        guard named == 0 else { return .broken("there is no \(asked[0])") }
        return .broken("the activity that begins at \(asked[0].start) is not named, and has none of the known names")
    }

    /// A state as identifiers spell it: in lower case, with dashes; and also as it is written, if that differs.
    private static func events(_ state: String?) -> [String] {
        guard let state, !["null", "none", "-"].contains(state.lowercased()) else { return [] }
        let spelled = state.lowercased().replacing("_", with: "-").replacing(" ", with: "-")
        return spelled == state ? [state] : [spelled, state]
    }
}

extension LegacyRecords {
    /// Follows the steps of a contact to the end, or as far as they are available.
    /// - Parameter found: called for each step that is found.
    /// - Throws: ``ProviderError`` if the session does not exist, or the provider does not answer.
    package func chain(
        of session: LegacyRecordID,
        found: (LegacyActivity) async throws(ProviderError) -> Void = { _ in }
    ) async throws(ProviderError) -> LegacyChain {
        var chain = LegacyChain(session: try await record(.csr, session))
        guard let start = chain.session.time("cstts") else {
            chain.end = .broken("the session does not say when it began (cstts)")
            return chain
        }
        var walk = LegacyChainWalk(session: session.description)
        var step = walk.first(start: start)
        while case .ask(let candidates, let named) = step {
            guard let activity = try await firstPresent(candidates, named: named) else {
                chain.end = walk.missing(candidates, named: named)
                return chain
            }
            chain.activities.append(activity)
            try await found(activity)
            step = walk.next(after: activity.id, activity.record)
        }
        if case .end(let end) = step { chain.end = end }
        return chain
    }

    private func firstPresent(
        _ candidates: [LegacyActivityID],
        named: Int
    ) async throws(ProviderError) -> LegacyActivity? {
        for (place, candidate) in candidates.enumerated() {
            guard let id = LegacyRecordID(candidate.description) else { continue }
            do throws(ProviderError) {
                let record = try await record(.car, id)
                return LegacyActivity(id: candidate, record: record, isGuessed: place >= named)
            } catch {
                guard error.status == 404 else { throw error }
            }
        }
        return nil
    }
}
