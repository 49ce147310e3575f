import Foundation
import Recordings

/// The subject of an explanation or an acknowledgement, as it is kept beside the evidence log: gaps or suspect
/// recordings, in the form that they have in the record of a day.
struct ExplainedObject: Codable, Hashable {
    var gaps: [Gap]?
    var suspects: [Suspect]?

    init(gaps: [Gap]) { self.gaps = gaps }

    init(suspects: [Suspect]) { self.suspects = suspects }

    /// One JSON object on one line, its keys sorted, ended by a line feed.
    var json: [UInt8] {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
        }
    }

    /// Reads what ``json`` wrote.
    init(json: [UInt8]) throws { self = try JSONDecoder().decode(Self.self, from: Data(json)) }
}
