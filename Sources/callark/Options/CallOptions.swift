import Reports
import ArgumentParser
import Manifest
import Recordings
import Settings
import Wiring

/// Selects calls by what the provider says about them.
struct CallOptions: ParsableArguments {
    @Option(help: "Only calls with this agent, the last or an earlier one: a name or an ID.")
    var agent: String?

    @Option(help: "Only calls from or to a number with these digits in a row, at least 4, grouped in any way.")
    var number: String?

    @Option(help: "Only calls whose last queue has this name or ID.")
    var queue: String?

    @Option(help: "Only calls handled at this site: a name or an ID.")
    var site: String?

    @Option(help: "Only calls handled by this team: a name or an ID.")
    var team: String?

    @Option(help: "Only calls from such a number (ANI).")
    var origin: String?

    @Option(help: "Only calls to such a number (DNIS).")
    var destination: String?

    @Option(help: "Only inbound, outbound (campaign) or outdial (dialled by an agent) calls.")
    var direction: DirectionArgument?

    @Option(
        parsing: .unconditional,
        help: "Only calls at least this long: 90, 90s, 10m or 1h.",
        transform: DurationArgument.init(argument:)
    )
    var minDuration: DurationArgument?

    var filter: CallFilter {
        CallFilter(
            agent: agent,
            queue: queue,
            site: site,
            team: team,
            origin: origin,
            destination: destination,
            number: number,
            direction: direction?.rawValue,
            minimumDuration: minDuration?.duration
        )
    }

    /// Whether any of them was given.
    var isGiven: Bool { !filter.isEmpty }

    /// The options that take a text, whether given or not.
    private var texts: [(option: String, value: String?)] {
        [
            ("--agent", agent), ("--number", number), ("--queue", queue), ("--site", site), ("--team", team),
            ("--origin", origin), ("--destination", destination),
        ]
    }

    /// The options that were given, as a person would write them.
    var words: [String] {
        let others = [
            ("--direction", direction?.rawValue),
            ("--min-duration", minDuration.map { Readable.duration($0.duration) }),
        ]
        return (texts + others).compactMap { option, value in value.map { "\(option) \($0)" } }
    }

    func validate() throws {
        for (option, value) in texts where value?.isEmpty == true {
            throw ValidationError("\(option) is empty: leave it out, or give a value")
        }
        for (option, value) in numbers where NumberPattern(value) == nil {
            throw ValidationError("\(option) has too few digits: give at least \(NumberPattern.shortestRun) in a row")
        }
    }

    private var numbers: [(option: String, value: String)] {
        [("--number", number), ("--origin", origin), ("--destination", destination)]
            .compactMap { option, value in value.map { (option, $0) } }
    }

    /// How numbers are found, as a hint if none was; `nil` if none was asked for. It does not repeat the number.
    var numberHint: String? {
        guard let asked = numbers.first else { return nil }
        guard case .digits = NumberPattern(asked.value) else { return "\(asked.option) finds exactly this text" }
        return "\(asked.option) finds numbers that contain these digits in a row; fewer of them, at least "
            + "\(NumberPattern.shortestRun), find a number however it is stored"
    }

    /// Refuses a name or a number that no call can have. A misspelt one would find nothing, which would look like an
    /// answer.
    /// - Throws: ``CommandError``: with exit code 66 for an unknown name, with the nearest known names; with 64 for a
    ///   malformed number.
    func requireKnownNames(in manifest: Manifest) async throws {
        for (option, value) in numbers where TelephoneNumber.digits(of: value) == nil {
            guard try await !manifest.hasNumber(value) else { continue }
            throw CommandError(
                .usage,
                "\(option): no call has this text; give at least \(NumberPattern.shortestRun) digits of a number"
            )
        }
        for (role, wanted) in [(CallRole.agent, agent), (.queue, queue), (.site, site), (.team, team)] {
            guard let wanted, let parties = try await manifest.parties(role),
                !parties.contains(where: { CallFilter.matches(wanted, $0) })
            else { continue }
            let names = Set(parties.map { $0.name ?? $0.id ?? "" })
            let near = NearestName.all(wanted, among: names.sorted()).map { "\"\($0)\"" }.joined(separator: ", ")
            throw CommandError(
                .unknown,
                "no call has \(role.article) \(role) \"\(wanted)\"; "
                    + (near.isEmpty
                        ? "\(Readable.count(names.count, "\(role)")) known, none with a similar name"
                        : "did you mean \(near)?")
            )
        }
    }
}

extension CallRole {
    fileprivate var article: String { self == .agent ? "an" : "a" }
}

/// The direction of a call, in any capitalisation.
enum DirectionArgument: String, ExpressibleByArgument, CaseIterable {
    case inbound, outbound, outdial

    init?(argument: String) { self.init(rawValue: argument.lowercased()) }
}
