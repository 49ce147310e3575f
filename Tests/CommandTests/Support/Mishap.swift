import Foundation

/// What goes wrong below a process with the preloaded shim, and when; Tests/FaultShim explains each kind.
struct Mishap: Sendable, Hashable, CustomStringConvertible {
    enum Action: String, Sendable {
        case killBefore = "kill-before"
        case killAfter = "kill-after"
        case stopBefore = "stop-before"
        case short, drop, EIO, ENOSPC, EDQUOT, EROFS
    }

    var action: Action
    /// Which steps it applies to.
    var step: Step
    /// How many of them, from the first one on; `nil` for all.
    var times: Int? = 1

    init(_ action: Action, at step: Step, times: Int? = 1) {
        self.action = action
        self.step = step
        self.times = times
    }

    var description: String { "\(action.rawValue) \(step)\(times == nil ? " and from then on" : "")" }

    var variables: [String: String] {
        var variables = ["FAULT_DO": action.rawValue, "FAULT_TIMES": String(times ?? 0)]
        variables["FAULT_AT"] = String(step.ordinal)
        variables["FAULT_KINDS"] = step.kind
        variables["FAULT_PATH"] = step.path
        return variables
    }
}

/// A step of a process that makes something durable: the third flush of the open tar, for example. It is identified so
/// that it is the same one in the next run, in which another thread may be faster.
struct Step: Sendable, Hashable, CustomStringConvertible {
    /// For example `sync`; `nil` for any.
    var kind: String?
    /// What the path contains or, before a `$`, how it ends; `nil` for any.
    var path: String?
    /// Its number among those, from 1.
    var ordinal: Int

    var description: String { "\(kind ?? "step") \(path ?? "") \(ordinal)" }

    /// The steps of a run, from the shim's log, in order.
    static func all(inLog path: String) throws -> [Step] {
        var counts: [Step: Int] = [:]
        let text = try String(contentsOfFile: path, encoding: .utf8)
        return text.split(separator: "\n").map { line in
            let fields = line.split(separator: " ", maxSplits: 2)
            let file = fields[2].split(separator: "/").last ?? ""
            // The name of a draft contains the number of its process.
            let name = file.range(of: ".new-").map { "/\(file[..<$0.upperBound])" } ?? "/\(file)$"
            var step = Step(kind: String(fields[1]), path: name, ordinal: 0)
            counts[step, default: 0] += 1
            step.ordinal = counts[step, default: 0]
            return step
        }
    }
}

enum FaultShim {
    static let library = Program.products.appending(path: "libFaultShim.so").path

    /// A value of `LD_PRELOAD` with `library` before anything that the tests themselves run under, such as another
    /// clock.
    static func preloading(_ library: String) -> String {
        [library, ProcessInfo.processInfo.environment["LD_PRELOAD"] ?? ""].filter { !$0.isEmpty }.joined(separator: ":")
    }

    /// The environment that makes a process count its steps below `root`.
    /// - Parameters:
    ///   - log: receives a line for each step.
    ///   - shadow: receives what a power cut would leave.
    ///   - clock: how many seconds the wall clock is ahead.
    static func environment(
        root: String,
        _ fault: Mishap? = nil,
        log: String? = nil,
        shadow: String? = nil,
        clock: Int = 0
    ) -> [String: String] {
        var variables = fault?.variables ?? [:]
        variables["LD_PRELOAD"] = preloading(library)
        variables["FAULT_ROOT"] = root
        variables["FAULT_LOG"] = log
        variables["FAULT_SHADOW"] = shadow
        // In addition to the date that the tests themselves are run with.
        let usual = ProcessInfo.processInfo.environment["FAULT_CLOCK"].flatMap { Int($0) } ?? 0
        variables["FAULT_CLOCK"] = String(usual + clock)
        return variables
    }
}

extension Collection<Step> {
    /// As many as a test usually takes, drawn at random; `CALLARK_TEST_STEPS` sets another number, or all.
    func drawn(_ usual: Int, _ draws: inout Draws) -> [Step] {
        let wanted = ProcessInfo.processInfo.environment["CALLARK_TEST_STEPS"].flatMap { Int($0) }
        return Array(shuffled(using: &draws).prefix(wanted ?? usual))
    }
}

/// Repeatable random numbers: a test that draws prints its seed, and `CALLARK_TEST_SEED` sets it.
struct Draws: RandomNumberGenerator {
    let seed: UInt64
    private var state: UInt64

    init() {
        let given = ProcessInfo.processInfo.environment["CALLARK_TEST_SEED"].flatMap { UInt64($0) }
        self.init(seed: given ?? UInt64.random(in: 0...999_999))
    }

    init(seed: UInt64) {
        self.seed = seed
        state = seed
    }

    /// SplitMix64 (Steele, Lea and Flood 2014).
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
