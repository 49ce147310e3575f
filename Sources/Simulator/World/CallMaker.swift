import Foundation

/// Makes one task from the world's seed and the task's place in the world.
struct CallMaker {
    let world: SimulatedWorld
    let place: Identifier.Place
    let day: String
    let isLast: Bool

    private var mix: CallMix { world.mix }
    private var staff: Staff { world.staff[place.organization] }

    /// The minimum size of the call's first recording, in bytes; `nil` if it does not matter.
    var leastBytes: Int? { place.index == 0 ? mix.firstRecordingBytes : nil }

    var isMissing: Bool { mix.missingCalls.contains(place.index) }

    func task(created: Moment, digital: Bool) -> SimulatedTask {
        var random = SeededRandom(world.seed, 0x6361_6C6C, place.packed)
        let opaque = random.chance(mix.opaqueIdentifierShare)
        let id = Identifier(seed: world.seed).text(place, opaque: opaque)
        if digital { return digitalTask(id, created, &random) }
        let drawn = kind(&random)
        let kind = isLast || leastBytes != nil ? .answered : drawn
        let customer = "+1555\(1_000_000 + random.below(9_000_000))"
        let line = "+1800555\(1000 + random.below(40))"
        let answered = kind == .answered || kind == .outdial
        let agent = answered ? staff.agents.pick(&random) : nil
        let queue = kind == .selfService || kind == .outdial ? nil : staff.queues.pick(&random)
        let connected = created + .milliseconds(Int64(random.uniform(answered ? 6000...75_000 : 4000...150_000)))
        let recorded = answered && (!random.chance(mix.unrecordedShare) || leastBytes != nil)
        var tape = CallTape(maker: self, customer: customer, agent: agent, random: random)
        if recorded { tape.record(from: connected, inbound: kind == .answered) }
        let ended = recorded ? tape.ended : connected + tape.lengthUnrecorded()
        return SimulatedTask(
            id: id,
            kind: kind,
            channelType: "telephony",
            day: day,
            created: created,
            ended: ended,
            captureRequested: recorded,
            captureRequestKnown: ended + tape.settling(),
            recordings: tape.recordings,
            owner: agent,
            queue: queue,
            origin: kind == .outdial ? line : customer,
            destination: kind == .outdial ? customer : line,
            direction: kind == .outdial ? "outdial" : "inbound",
            reasonCode: answered && random.chance(0.7) ? Self.reasons.pick(&random) : nil,
            transcripts: tape.transcripts
        )
    }

    private func kind(_ random: inout SeededRandom) -> SimulatedTask.Kind {
        let draw = random.unit()
        if draw < mix.outdialShare { return .outdial }
        if draw < mix.outdialShare + mix.abandonedShare { return .abandoned }
        return draw < mix.outdialShare + mix.abandonedShare + mix.selfServiceShare ? .selfService : .answered
    }

    private func digitalTask(_ id: String, _ created: Moment, _ random: inout SeededRandom) -> SimulatedTask {
        let email = random.chance(0.6)
        let ended = created + .seconds(120 + random.below(1800))
        return SimulatedTask(
            id: id,
            kind: .digital,
            channelType: email ? "email" : "chat",
            day: day,
            created: created,
            ended: ended,
            captureRequested: false,
            captureRequestKnown: created,
            recordings: [],
            owner: staff.agents.pick(&random),
            queue: staff.queues.pick(&random),
            origin: "customer\(random.below(100_000))@example.com",
            destination: email
                ? "help@\(world.organizations[place.organization].name).example" : "https://example.com/chat",
            direction: "inbound",
            reasonCode: nil,
            transcripts: []
        )
    }

    private static let reasons = ["Payment", "Credit", "Question", "Diagnostics", "Order", "Return", "Contract"]
}
