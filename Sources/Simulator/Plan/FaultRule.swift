/// Something that goes wrong on purpose: what, where, to which requests or recordings, how often, and when.
package struct FaultRule: Sendable, Hashable {
    /// How often a rule applies to the requests that it concerns.
    package enum Trigger: Sendable, Hashable {
        case always
        /// The first ones, counted from when the rule was given.
        case first(Int)
        /// One in this many: the second of two, the third of three.
        case every(Int)
        /// This share of them (0…1), drawn from the world's seed.
        case share(Double)
    }

    /// Where it strikes. A fault of the listing is always at ``Endpoint/captures``.
    package var endpoint: Endpoint
    /// How often it strikes. A fault of the listing always applies.
    package var trigger: Trigger
    /// What goes wrong.
    package var fault: Fault
    /// Concerns only requests whose path contains this, such as a recording's identifier; for a fault of the listing,
    /// only recordings whose identifier, or whose task's identifier, it is.
    package var pathContains: String?
    /// Concerns only this share (0…1) of the recordings, or of the tasks if the fault is about tasks: always the same
    /// ones, drawn from the world's seed. Each has its own count, so ``Trigger/first(_:)`` means the first requests for
    /// each.
    package var recordings: Double?
    /// How many of the requests that it concerns pass first.
    package var after = 0
    /// From this moment on, by the simulator's clock.
    package var from: Moment?
    /// Until before this moment.
    package var until: Moment?

    /// `fault` at `endpoint` as often as `trigger` says, on paths that contain `pathContains` only.
    package init(_ endpoint: Endpoint, _ trigger: Trigger, _ fault: Fault, pathContains: String? = nil) {
        self.endpoint = endpoint
        self.trigger = trigger
        self.fault = fault
        self.pathContains = pathContains
    }

    /// A fault of the listing, for this share of the recordings.
    package init(_ fault: Fault, ofRecordings share: Double = 1, only: String? = nil) {
        self.init(.captures, .always, fault, pathContains: only)
        recordings = share
    }

    func holds(at now: Moment) -> Bool {
        (from.map { now >= $0 } ?? true) && (until.map { now < $0 } ?? true)
    }
}

/// The parts of the simulated provider.
package enum Endpoint: String, Sendable, Hashable, CaseIterable {
    case token, authorize, tasks, activities, statistics, captures, search, organization, sites, subscriptions, media,
        legacy
    /// The simulator's own paths, below `/simulator`.
    case simulator
    /// Paths that nothing serves.
    case unknown
}
