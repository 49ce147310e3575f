import Manifest
import Recordings

/// `{"type":"witness", …}`: what another source of the provider's says about a day.
package struct WitnessLine: Encodable {
    let type = "witness"
    private let witness: DayWitness

    package init(_ witness: DayWitness) {
        self.witness = witness
    }

    private enum CodingKeys: String, CodingKey {
        case type, organization, day, source, time, fits, figures, differences, absence
    }

    package func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: CodingKeys.self)
        try line.encode(type, forKey: .type)
        try line.encode(witness.organization, forKey: .organization)
        try line.encode(witness.day, forKey: .day)
        try line.encode(witness.source, forKey: .source)
        try line.encode(witness.time.description, forKey: .time)
        // Null if nothing could be compared: neither yes nor no.
        try line.encode(witness.absence == nil ? witness.fits : nil, forKey: .fits)
        try line.encode(witness.figures, forKey: .figures)
        try line.encode(witness.differences, forKey: .differences)
        try line.encodeIfPresent(witness.absence, forKey: .absence)
    }
}
