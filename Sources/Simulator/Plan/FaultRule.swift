/// Something that goes wrong on purpose: what, where, to which requests or recordings, how often, and when.
package struct FaultRule: Sendable, Hashable {
    /// How often a rule applies to the requests that it concerns.
    package enum Trigger: Sendable, Hashable {
        case always
        /// The first so many of them, counted from when the rule was given.
        case first(Int)
        /// One in so many: the second of two, the third of three.
        case every(Int)
        /// That share of them (0…1), drawn from the world's seed.
        case share(Double)
    }

    /// Where. A fault of the listing has no other place than ``Endpoint/captures``.
    package var endpoint: Endpoint
    /// How often. A fault of the listing is always there.
    package var trigger: Trigger
    /// What.
    package var fault: Fault
    /// Concerns only requests whose path contains this, such as a recording's identifier; of a fault of the listing,
    /// only recordings of which it is the identifier or the task's.
    package var pathContains: String?
    /// Concerns only this share (0…1) of the recordings, or of the tasks where the fault is about tasks: the same ones
    /// always, drawn from the world's seed. Each of them is counted on its own, so that ``Trigger/first(_:)`` means the
    /// first requests for each.
    package var recordings: Double?
    /// So many of the requests that it concerns are let pass first.
    package var after = 0
    /// Not before this moment, by the simulator's clock.
    package var from: Moment?
    /// Not at this moment or later.
    package var until: Moment?

    /// `fault` at `endpoint` as often as `trigger` says, on paths that contain `pathContains` only.
    package init(_ endpoint: Endpoint, _ trigger: Trigger, _ fault: Fault, pathContains: String? = nil) {
        self.endpoint = endpoint
        self.trigger = trigger
        self.fault = fault
        self.pathContains = pathContains
    }

    /// A fault of the listing, on that share of the recordings.
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
    case token, authorize, tasks, activities, statistics, captures, search, organization, sites, media, legacy
    /// What only the simulator has, below `/simulator`.
    case simulator
    /// Paths that nothing serves.
    case unknown
}
