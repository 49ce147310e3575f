import Foundation

extension FaultRule {
    /// Reads a rule in its short form, such as `media 503 share=0.1 after=20`.
    /// - Throws: `badFault` with one line that says what is wrong.
    package init(_ text: String) throws(SimulatorError) {
        try self.init(FaultFields(short: text))
    }

    /// - Throws: `badFault` for an unknown place, fault or value, and for values that cannot be combined.
    init(_ given: FaultFields) throws(SimulatorError) {
        var fields = given
        guard let name = fields.text("fault") else { throw SimulatorError(.badFault, "the rule has no 'fault'") }
        let place = fields.text("at")
        let fault = try Fault(name, &fields)
        let endpoint = try Self.endpoint(place, for: fault)
        self.init(endpoint, try Self.trigger(&fields), fault, pathContains: fields.text("only"))
        recordings = try fields.share("recordings")
        after = try fields.count("after") ?? 0
        from = try fields.moment("from")
        until = try fields.moment("until")
        try fields.requireNothingLeft(for: name)
        guard !fault.isOfListing || trigger == .always && after == 0 else {
            throw SimulatorError(.badFault, "\(name) is about recordings: 'recordings', 'from' and 'until' say which")
        }
        guard recordings == nil || endpoint == .media || endpoint == .captures else {
            throw SimulatorError(.badFault, "'recordings' goes with media and captures only")
        }
    }

    private static func endpoint(_ place: String?, for fault: Fault) throws(SimulatorError) -> Endpoint {
        let places: [Endpoint] = [
            .token, .tasks, .activities, .statistics, .captures, .search, .organization, .sites, .subscriptions,
            .media, .legacy,
        ]
        let isOfCaptures: Bool
        if case .poisonedTask = fault { isOfCaptures = true } else { isOfCaptures = fault.isOfListing }
        if place == nil, isOfCaptures { return .captures }
        guard let endpoint = place.flatMap(Endpoint.init), places.contains(endpoint) else {
            let names = places.map(\.rawValue).joined(separator: ", ")
            throw SimulatorError(.badFault, "'at' is '\(place ?? "")'; faults can be at \(names)")
        }
        guard !isOfCaptures || endpoint == .captures else {
            throw SimulatorError(.badFault, "\(fault.kind) is done at captures, not at \(endpoint.rawValue)")
        }
        return endpoint
    }

    private static func trigger(_ fields: inout FaultFields) throws(SimulatorError) -> Trigger {
        let triggers: [Trigger?] = [
            try fields.count("first").map { .first($0) }, try fields.count("every").map { .every(max(1, $0)) },
            try fields.share("share").map { .share($0) },
        ]
        let given = triggers.compactMap(\.self)
        guard given.count <= 1 else {
            throw SimulatorError(.badFault, "'first', 'every' and 'share' exclude each other")
        }
        return given.first ?? .always
    }

    /// What the rule was read from.
    var fields: [(String, String)] {
        var fields = [("at", endpoint.rawValue), ("fault", fault.kind)] + fault.parameters
        switch trigger {
        case .always: break
        case .first(let count): fields.append(("first", String(count)))
        case .every(let count): fields.append(("every", String(count)))
        case .share(let share): fields.append(("share", String(share)))
        }
        if let pathContains { fields.append(("only", pathContains)) }
        if let recordings { fields.append(("recordings", String(recordings))) }
        if after > 0 { fields.append(("after", String(after))) }
        if let from { fields.append(("from", from.text(.iso8601))) }
        if let until { fields.append(("until", until.text(.iso8601))) }
        return fields
    }
}
