import Manifest
import Recordings

/// `{"type":"witness", …}`: what another source of the provider's said of a day.
struct WitnessLine: Encodable {
    let type = "witness"
    private let witness: DayWitness

    init(_ witness: DayWitness) {
        self.witness = witness
    }

    enum CodingKeys: String, CodingKey {
        case type, organization, day, source, time, fits, figures, differences, absence
    }

    func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: CodingKeys.self)
        try line.encode(type, forKey: .type)
        try line.encode(witness.organization, forKey: .organization)
        try line.encode(witness.day, forKey: .day)
        try line.encode(witness.source, forKey: .source)
        try line.encode(witness.time.description, forKey: .time)
        // Null where nothing could be compared: neither yes nor no.
        try line.encode(witness.absence == nil ? witness.fits : nil, forKey: .fits)
        try line.encode(witness.figures, forKey: .figures)
        try line.encode(witness.differences, forKey: .differences)
        try line.encodeIfPresent(witness.absence, forKey: .absence)
    }
}

extension DayWitness {
    /// What of it people should see; `nil` where all fits.
    var complaint: String? {
        if let absence { return "\(day) not held against \(source.name): \(absence)" }
        guard !fits else { return nil }
        return "\(day) does not fit \(source.name): \(differences.joined(separator: "; "))"
    }
}
