import Manifest
import Recordings

/// `{"type":"witness", …}`: what another source of the provider's says about a day.
package struct ComparisonLine: Encodable {
    let type = "witness"
    private let comparison: DayComparison

    package init(_ comparison: DayComparison) {
        self.comparison = comparison
    }

    private enum CodingKeys: String, CodingKey {
        case type, organization, day, source, time, fits, figures, differences, absence
    }

    package func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: CodingKeys.self)
        try line.encode(type, forKey: .type)
        try line.encode(comparison.organization, forKey: .organization)
        try line.encode(comparison.day, forKey: .day)
        try line.encode(comparison.source, forKey: .source)
        try line.encode(comparison.time.description, forKey: .time)
        // Null if nothing could be compared: neither yes nor no.
        try line.encode(comparison.absence == nil ? comparison.fits : nil, forKey: .fits)
        try line.encode(comparison.figures, forKey: .figures)
        try line.encode(comparison.differences, forKey: .differences)
        try line.encodeIfPresent(comparison.absence, forKey: .absence)
    }
}
