import Manifest
import Recordings

extension Actor {
    /// For people: `ann (uid 1000; SUDO_USER claims bob)`, `nightly (API key; from 192.0.2.7)`.
    var words: String {
        let said = claims.sorted { $0.key < $1.key }.map { "\($0.key) claims \($0.value)" }
        let origin = address.map { ["from \($0)"] } ?? []
        let known: [String] =
            switch via {
            case .uid: uid.map { ["uid \($0)"] } ?? []
            case .key: ["API key"]
            case .oidc: ["login"]
            case .service: ["service"]
            }
        // An account without a name is shown by its number.
        let isNumber = via == .uid && uid.map { "\($0)" } == name
        let shown = isNumber ? "uid \(name)" : name
        let details = (isNumber ? [] : known) + origin + said
        return details.isEmpty ? shown : "\(shown) (\(details.joined(separator: "; ")))"
    }
}

extension Event {
    /// Its other details, as they are in the log.
    var words: String { detail.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ") }
}
