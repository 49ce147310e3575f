import Foundation
import Recordings

/// Short ways into the API's answers.
extension JSONValue {
    /// The text of a member; `nil` if there is none.
    func text(_ name: String) -> String? { member(name)?.text }

    /// The whole number of a member; 0 if there is none.
    func count(_ name: String) -> Int { member(name)?.integer.map(Int.init(clamping:)) ?? 0 }

    /// The whole number of a member; `nil` if there is none.
    func number(_ name: String) -> Int64? { member(name)?.integer }

    func isTrue(_ name: String) -> Bool { member(name)?.flag ?? false }

    /// The elements of a member; none if it is not an array.
    func list(_ name: String) -> [JSONValue] { member(name)?.elements ?? [] }

    /// The instant of a member.
    func time(_ name: String) -> Timestamp? { text(name).flatMap(Timestamp.init(iso:)) }

    /// The day of a member.
    func day(_ name: String) -> ArchiveDay? { text(name).flatMap { ArchiveDay($0) } }
}

extension Timestamp {
    /// A time of the API: ISO 8601 in UTC.
    init?(iso text: String) {
        for fraction in [true, false] {
            let style = Date.ISO8601FormatStyle(includingFractionalSeconds: fraction)
            if let date = try? style.parse(text) {
                self.init(date)
                return
            }
        }
        return nil
    }
}
