import Foundation

/// Which calls to find; `nil` excludes nothing. A call does not match a condition on a fact that is unknown.
package struct CallFilter: Hashable, Sendable {
    /// Any agent of the call, by identifier or by its whole name, whatever the capitals and accents (``Swift/String/foldedName``).
    /// The same holds for queue, site and team.
    package var agent: String?
    package var queue: String?
    package var site: String?
    package var team: String?
    /// By at least four of its digits in a row, however they are grouped; or, if it is not a telephone number, by its text
    /// (``NumberPattern``).
    package var origin: String?
    package var destination: String?
    /// Origin or destination.
    package var number: String?
    package var direction: String?
    package var minimumDuration: Duration?

    package init(
        agent: String? = nil,
        queue: String? = nil,
        site: String? = nil,
        team: String? = nil,
        origin: String? = nil,
        destination: String? = nil,
        number: String? = nil,
        direction: String? = nil,
        minimumDuration: Duration? = nil
    ) {
        self.agent = agent
        self.queue = queue
        self.site = site
        self.team = team
        self.origin = origin
        self.destination = destination
        self.number = number
        self.direction = direction
        self.minimumDuration = minimumDuration
    }

    /// Whether every call matches.
    package var isEmpty: Bool { self == CallFilter() }

    /// The complete rule; a search that is narrowed by an index still applies it.
    package func matches(_ call: CallFacts) -> Bool {
        (agent == nil || call.agents.contains { Self.matches(agent, $0) }) && Self.matches(queue, call.queue)
            && Self.matches(site, call.site)
            && Self.matches(team, call.team) && Self.matches(direction, text: call.direction)
            && Self.matches(origin, number: call.origin) && Self.matches(destination, number: call.destination)
            && (Self.matches(number, number: call.origin) || Self.matches(number, number: call.destination))
            && (minimumMilliseconds.map { $0 <= call.durationMilliseconds ?? -1 } ?? true)
    }

    /// ``minimumDuration`` as columns have it.
    package var minimumMilliseconds: Int64? { minimumDuration.map { Int64($0 / .milliseconds(1)) } }

    package static func matches(_ wanted: String?, _ party: CallFacts.Party?) -> Bool {
        guard let wanted else { return true }
        let id = wanted.lowercased()
        return party?.id?.lowercased() == id || party?.name.map { $0.foldedName == wanted.foldedName } ?? false
    }

    package static func matches(_ wanted: String?, text: String?) -> Bool {
        guard let wanted else { return true }
        return text?.lowercased() == wanted.lowercased()
    }

    /// Digits that are too few to be looked for match no number.
    package static func matches(_ wanted: String?, number: String?) -> Bool {
        guard let wanted else { return true }
        guard let number else { return false }
        return NumberPattern(wanted)?.matches(number) ?? false
    }
}

extension String {
    /// A name as people compare it: without capitals and accents, so that `Garcia` finds `García`.
    package var foldedName: String {
        if utf8.allSatisfy({ $0 < 0x80 }) { return lowercased() }
        let folded = folding(options: [.caseInsensitive, .diacriticInsensitive, .widthInsensitive], locale: nil)
        // Nothing but marks would be equal to any other such name.
        return folded.isEmpty ? lowercased() : folded
    }
}

/// How telephone numbers are compared: by their digits, because people and machines group them in different ways.
package enum TelephoneNumber {
    /// The digits of `+1 (555) 010-0001`, `tel:+15550100001` or `sip:+15550100001@host`.
    /// - Returns: `nil` if `text` is not a telephone number, for example an e-mail address.
    package static func digits(of text: String) -> String? {
        var rest = text[...]
        for scheme in ["tel:", "sip:", "sips:"] where rest.lowercased().hasPrefix(scheme) {
            rest = rest.dropFirst(scheme.count).prefix { $0 != "@" && $0 != ";" }
        }
        guard rest.utf8.allSatisfy({ isDigit($0) || punctuation.contains($0) }) else { return nil }
        let digits = String(decoding: rest.utf8.filter(isDigit), as: UTF8.self)
        return digits.isEmpty ? nil : digits
    }

    private static let punctuation = Set(" +-().\\/".utf8)

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
