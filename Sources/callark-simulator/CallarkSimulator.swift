import ArgumentParser
import Foundation
import Simulator
import UnixSignals

/// The command line of the simulated provider.
@main
struct CallarkSimulator: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "callark-simulator",
        abstract: "A Webex Contact Center to try Callark against, on a loopback port.",
        discussion: """
            Serves OAuth tokens, tasks, captures and signed media URLs of a made-up contact centre: calls spread over \
            the day as they are in life, with generated telephone audio. The same seed gives the same calls and the \
            same bytes everywhere. Nothing leaves this machine, and no account is needed.

            Examples:
              callark-simulator --write-config /tmp/try --calls 200 --scale 0.1
                  a contact centre with 200 calls yesterday, and a configuration for it:
                  then run  callark archive --config /tmp/try/callark.yaml
              callark-simulator --port 8080 --seed 7 --day 2025-11-20 --days 3 --calls 2000 --scale 0.05
                  three fixed days; the clock starts 30 hours after the last one has ended
              callark-simulator --write-config /tmp/try --without-refresh-token
                  a client that nobody has logged in with yet: then run
                  callark auth login --config /tmp/try/callark.yaml
              callark-simulator --day 2025-11-20 --now 2025-11-20T12:00:00Z
                  stop in the middle of the day: calls go on to come in as time passes

            While it runs (PORT is the one that it prints):
              curl http://127.0.0.1:PORT/simulator/recordings     what a complete archive holds, with SHA-256
              curl http://127.0.0.1:PORT/simulator/tasks          every task so far
              curl http://127.0.0.1:PORT/simulator/counters       what it was asked and has sent
              curl -X POST 'http://127.0.0.1:PORT/simulator/advance?seconds=3600'     let an hour pass at once
              curl -X POST 'http://127.0.0.1:PORT/simulator/recordings?task=TASK_ID'  a late recording for a task
              curl http://127.0.0.1:PORT/simulator/faults         how often each fault struck
              curl -d 'media 503 first=9' http://127.0.0.1:PORT/simulator/faults
                  one fault more; a plan in JSON or YAML will do, too
              curl -X DELETE http://127.0.0.1:PORT/simulator/faults
                  nothing goes wrong any more

            \(FaultOptions.help)
            """
    )

    @Option(help: "The port on 127.0.0.1; 0 takes a free one.")
    var port: UInt16 = 0

    @Option(help: "What the whole world is made from.")
    var seed: UInt64 = 1

    @Option(help: "The first day that has calls, such as 2025-11-20. Without it, the days before today.")
    var day: String?

    @Option(help: "How many days have calls.")
    var days: Int = 1

    @Option(help: "Telephone calls a day; about 1.45 recordings come of each.")
    var calls: Int = 100

    @Option(help: "Length of the calls: 1 for a mean of about three minutes, 0.1 for a tenth of that.")
    var scale: Double = 1

    @Option(help: "API requests a minute before 429 is answered; 0 for no limit.")
    var requestsPerMinute: Int = 300

    @Option(help: "The time zone of the days (IANA name).")
    var timeZone: String = "UTC"

    @Option(help: "Seconds from the end of a call until its recordings are listed.")
    var captureDelaySeconds: Int = 120

    @Option(help: "What time it is for the simulator at the start (ISO 8601); it goes on from there.")
    var now: String?

    @Flag(help: "Be the early-access platform of 2021: four endpoints below /v1/contactCenter, and its older answers.")
    var earlyAccess = false

    @Option(
        name: .customLong("redirect-uri"),
        help: "A redirect URI that the client is registered with; may be given more than once."
    )
    var redirectURIs: [String] = []

    @Flag(help: "Write a configuration without a refresh token, to try `callark auth login` with.")
    var withoutRefreshToken = false

    @OptionGroup(title: "What goes wrong") var faults: FaultOptions

    @Option(help: "Write callark.yaml, secret and refresh for this simulator into this folder.")
    var writeConfig: String?

    @Flag(help: "With --write-config: configure the legacy records, too.")
    var legacy = false

    func validate() throws {
        guard days > 0 else { throw ValidationError("--days must be at least 1") }
        guard calls >= 0 else { throw ValidationError("--calls must not be negative") }
        guard scale > 0 else { throw ValidationError("--scale must be above 0") }
        guard requestsPerMinute >= 0 else { throw ValidationError("--requests-per-minute must not be negative") }
        guard now == nil || faults.clockOffsetSeconds == 0 else {
            throw ValidationError("--now and --clock-offset-seconds exclude each other")
        }
        guard writeConfig != nil || !legacy else { throw ValidationError("--legacy goes with --write-config") }
        guard captureDelaySeconds >= 0 else { throw ValidationError("--capture-delay-seconds must not be negative") }
    }

    func run() async throws {
        var options = try faults.options()
        options.requestsPerMinute = requestsPerMinute
        options.isEarlyAccess = earlyAccess
        if !redirectURIs.isEmpty { options.tokens.redirectURIs = redirectURIs }
        // A trial with past days has a time of its own on purpose, so that is not reported as a wrong clock.
        options.tellsTime = (day == nil && now == nil) || faults.clockOffsetSeconds != 0
        let simulator = Simulator(world: try world(), options: options)
        // Installed before the first line is printed, so that a reader of that line can stop it at once.
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        try await simulator.start(port: port)
        if let writeConfig {
            let example = ExampleConfiguration(
                simulator: simulator,
                quota: requestsPerMinute,
                needsLogin: withoutRefreshToken,
                withLegacy: legacy
            )
            let file = try example.write(into: writeConfig)
            Announcement(simulator: simulator).printText(configuration: file)
        } else {
            Announcement(simulator: simulator).printLine()
        }
        for await _ in signals { break }
        await simulator.stop()
    }

    private func world() throws -> SimulatedWorld {
        guard let zone = TimeZone(identifier: timeZone) else {
            throw ValidationError("'\(timeZone)' is not a time zone; give an IANA name such as Europe/Berlin")
        }
        let start = try now.map(moment)
        var mix = CallMix.typical
        mix.captureDelay = .seconds(captureDelaySeconds)
        if let count = faults.tasksInOneMillisecond { mix.tasksInOneMillisecond = count }
        let usual: SimulatedClock.Start = day == nil ? .system : .afterLastDay
        let offset = faults.clockOffsetSeconds
        let clock = start.map { .at($0) } ?? (offset == 0 ? usual : .ahead(.seconds(offset)))
        return try SimulatedWorld(
            seed: seed,
            days: dayNames(zone, start: start),
            callsPerDay: calls,
            timeZone: zone,
            scale: scale,
            clock: clock,
            mix: mix
        )
    }

    private func dayNames(_ zone: TimeZone, start: Moment?) throws -> [String] {
        guard let day else {
            let today = start ?? Moment(Date())
            return SimulatedWorld.days(days, before: today, in: zone)
        }
        return try SimulatedWorld.days(days, from: day)
    }

    private func moment(_ text: String) throws -> Moment {
        guard let date = try? Date.ISO8601FormatStyle().parse(text) else {
            throw ValidationError("'\(text)' is not a time; write it as 2025-11-22T06:00:00Z")
        }
        return Moment(date)
    }
}
