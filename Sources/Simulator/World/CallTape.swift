import Foundation

/// The recorded pieces of one call.
struct CallTape {
    let maker: CallMaker
    let customer: String
    let agent: Staff.Member?
    var random: SeededRandom
    private(set) var recordings: [SimulatedRecording] = []
    private(set) var transcripts: [SimulatedTranscript] = []
    private(set) var ended = Moment(0)
    private var number: UInt64 = 0

    private var mix: CallMix { maker.world.mix }

    init(maker: CallMaker, customer: String, agent: Staff.Member?, random: SeededRandom) {
        (self.maker, self.customer, self.agent) = (maker, customer, agent)
        self.random = SeededRandom(random.peek(), 0x7461_7065)
    }

    /// How long it stays unknown whether a capture was requested: minutes to hours for some tasks, otherwise nothing.
    mutating func settling() -> Duration {
        random.chance(mix.undeterminedShare) ? .seconds(Int64(random.uniform(300...21_600))) : .zero
    }

    mutating func lengthUnrecorded() -> Duration {
        agent == nil ? .seconds(1) : .milliseconds(Int64(length(median: 100, mean: 180) * 1000))
    }

    mutating func record(from connected: Moment, inbound: Bool) {
        let count = pieceCount()
        var pieces = [(start: Moment, seconds: Double)]()
        var time = connected
        // The smallest encoding has one byte per sample.
        let least = Double(maker.leastBytes ?? 0) / Double(VoiceBank.sampleRate)
        for position in 0..<count {
            let seconds = max(length(median: 100, mean: 180), position == 0 ? least : 0)
            pieces.append((time, seconds))
            time = time + .milliseconds(Int64((seconds + random.uniform(1...20)) * 1000))
        }
        let last = pieces[count - 1]
        ended = last.start + .milliseconds(Int64(last.seconds * 1000)) + .milliseconds(500)
        let missing = random.chance(mix.missingShare) || maker.isMissing
        let delay = captureDelay()
        for (position, piece) in pieces.enumerated() {
            // Recorders number pieces, but some start again at 1, so file names are not unique (wxcc-api 6.2).
            let name = "recording-\(random.chance(0.2) ? 1 : position + 1).wav"
            add("main", name, count > 1 ? .piece : .whole, piece.start, piece.seconds, delay, missing)
        }
        if count > 1 {
            let seconds = pieces.reduce(0) { $0 + $1.seconds }
            add("main", "combinedRecordings.wav", .stitched, connected, seconds, delay, missing)
        }
        addConsultations(from: connected, delay: delay)
        if inbound, random.chance(mix.virtualAgentShare) {
            add("va-main", "va-recording.wav", .whole, connected - .seconds(5), length(median: 20, mean: 30), delay)
        }
        if random.chance(mix.transcriptShare) { addTranscript(delay) }
    }

    private enum Part { case whole, piece, stitched }

    private mutating func pieceCount() -> Int {
        let draw = random.unit()
        return draw < 0.58 ? 1 : draw < 0.85 ? 2 : draw < 0.95 ? 3 : 4
    }

    /// In seconds, at least one of them at full scale.
    private mutating func length(median: Double, mean: Double) -> Double {
        min(max(random.logNormal(median: median, mean: mean), 3), 7200) * maker.world.scale
    }

    private mutating func captureDelay() -> Duration {
        guard random.chance(mix.lateShare) else { return mix.captureDelay }
        return max(mix.captureDelay, .seconds(Int64(600 * pow(24, random.unit()))))
    }

    private mutating func addConsultations(from connected: Moment, delay: Duration) {
        guard random.chance(mix.consultShare) else { return }
        for position in 0..<(random.chance(0.2) ? 2 : 1) {
            let start = connected + .seconds(Int64(position) * 30 + 5)
            // Partial first, full later: a consultation may follow the main call's captures by minutes.
            let own = random.chance(0.3) ? delay + .seconds(Int64(random.uniform(60...900))) : delay
            add("consult", "consult-\(position + 1).wav", .whole, start, length(median: 40, mean: 60), own)
        }
    }

    private mutating func add(
        _ callType: String,
        _ fileName: String,
        _ part: Part,
        _ start: Moment,
        _ seconds: Double,
        _ delay: Duration,
        _ missing: Bool = false
    ) {
        number += 1
        var own = SeededRandom(random.peek(), number)
        recordings.append(
            SimulatedRecording(
                id: Identifier.random(&own),
                fileName: own.chance(0.03) ? "Aufnahme \(number) (über).wav" : fileName,
                callType: callType,
                segment: part == .piece,
                stitched: part == .stitched,
                start: start,
                stop: start + .milliseconds(Int64(seconds * 1000)),
                available: ended + delay,
                channels: channels(callType, &own),
                participants: participants(callType, &own),
                sensitive: callType.hasPrefix("va") ? own.chance(0.3) : nil,
                sound: Sound(seconds: own.chance(mix.emptyAudioShare) ? 0 : seconds, &own),
                missing: missing
            )
        )
    }

    private func channels(_ callType: String, _ own: inout SeededRandom) -> (String, String) {
        switch callType {
        case "consult": ("Agent", "Agent")
        case "va-main": ("VA", "Caller")
        default: ("Caller", own.chance(0.1) ? "Others" : "Agent")
        }
    }

    private func participants(_ callType: String, _ own: inout SeededRandom) -> [String] {
        let colleague = maker.world.staff[maker.place.organization].agents.pick(&own).id
        let masked = customer.prefix(4) + "****" + customer.suffix(4)
        switch callType {
        case "consult": return [agent?.id ?? colleague, colleague]
        case "va-main": return ["virtual-agent-1", String(masked)]
        default: return [agent?.id ?? colleague, String(masked)]
        }
    }

    private mutating func addTranscript(_ delay: Duration) {
        let start = recordings.first?.start ?? ended
        transcripts.append(
            SimulatedTranscript(
                id: "cfg-\(1 + random.below(3))",
                fileName: "voiceTranscript.json",
                languageCode: ["en-US", "de-DE", "fr-FR"].pick(&random),
                start: start,
                available: ended + delay,
                content: Transcript.make(from: start, until: ended, &random)
            )
        )
    }
}

extension Sound {
    /// As varied as the recorders of real tenants.
    init(seconds: Double, _ random: inout SeededRandom) {
        let draw = random.unit()
        self.init(
            seed: random.next(),
            frames: Int(seconds * Double(VoiceBank.sampleRate)),
            encoding: draw < 0.6 ? .muLaw : .pcm16,
            channels: draw < 0.4 || draw >= 0.85 ? 2 : 1,
            layout: random.chance(0.5) ? .plain : WaveLayout.allCases.pick(&random)
        )
    }
}
