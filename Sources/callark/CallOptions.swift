import ArgumentParser
import Recordings

/// Which calls are looked for, by what the provider says of them.
struct CallOptions: ParsableArguments {
    @Option(help: "Only calls whose last agent has this name or ID.")
    var agent: String?

    @Option(help: "Only calls whose last queue has this name or ID.")
    var queue: String?

    @Option(help: "Only calls that were handled at this site: its name or ID.")
    var site: String?

    @Option(help: "Only calls that were handled by this team: its name or ID.")
    var team: String?

    @Option(help: "Only calls from this number (ANI).")
    var origin: String?

    @Option(help: "Only calls to this number (DNIS).")
    var destination: String?

    @Option(help: "Only calls of this direction: inbound, outbound (a campaign) or outdial (an agent).")
    var direction: String?

    @Option(help: "Only calls at least this long: 90, 90s, 10m or 1h.")
    var minDuration: DurationArgument?

    var filter: CallFilter {
        CallFilter(
            agent: agent,
            queue: queue,
            site: site,
            team: team,
            origin: origin,
            destination: destination,
            direction: direction,
            minimumDuration: minDuration?.duration
        )
    }

    func validate() throws {
        let given = [
            ("--agent", agent), ("--queue", queue), ("--site", site), ("--team", team), ("--origin", origin),
            ("--destination", destination), ("--direction", direction),
        ]
        for (option, value) in given where value?.isEmpty == true {
            throw ValidationError("\(option) is empty: leave it out, or say what to look for")
        }
    }
}

/// A length of time: a number of seconds, or a number and `s`, `m` or `h`.
struct DurationArgument: ExpressibleByArgument {
    let duration: Duration

    init?(argument: String) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600]
        let unit = argument.last.flatMap { units[$0] }
        let digits = unit == nil ? argument[...] : argument.dropLast()
        // A century and more is no length of a call, and would not fit a column.
        guard digits.count <= 8, digits.allSatisfy(\.isASCII), digits.allSatisfy(\.isNumber),
            let number = Int64(digits)
        else { return nil }
        duration = .seconds(number * (unit ?? 1))
    }
}
