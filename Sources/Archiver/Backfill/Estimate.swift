import Recordings

/// A number that may be extrapolated, and its error.
package struct EstimatedNumber: Hashable, Sendable {
    package var value: Double
    /// Its variance; 0 if it was counted.
    package var variance: Double

    package static let zero = EstimatedNumber(0)

    package init(_ value: Double, variance: Double = 0) {
        self.value = value
        self.variance = variance
    }

    package var isExact: Bool { variance == 0 }

    /// Half the width of the interval that contains the true value with a probability of 95 percent.
    package var margin: Double { 1.96 * variance.squareRoot() }
    package var low: Double { max(0, value - margin) }
    package var high: Double { value + margin }

    package static func + (lhs: Self, rhs: Self) -> Self {
        Self(lhs.value + rhs.value, variance: lhs.variance + rhs.variance)
    }

    package static func * (lhs: Self, factor: Double) -> Self {
        Self(lhs.value * factor, variance: lhs.variance * factor * factor)
    }
}

/// Extrapolates a total from a sample.
struct SampleTotal {
    /// The total over `population`, of which `values` are an unbiased sample.
    /// - Parameter within: the sum of the variances that the values themselves have.
    static func total(of values: [Double], population: Int, within: Double = 0) -> EstimatedNumber {
        guard !values.isEmpty else { return .zero }
        let (count, size) = (Double(values.count), Double(population))
        let mean = values.reduce(0, +) / count
        guard values.count < population else {
            return EstimatedNumber(values.reduce(0, +), variance: within)
        }
        // A single value says nothing about the spread, so its own size is used as the spread.
        let spread =
            values.count == 1
            ? mean * mean : values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
        let between = size * size * (1 - count / size) * spread / count
        return EstimatedNumber(mean * size, variance: between + size / count * within)
    }
}

/// What a pass over a window would take, estimated by listing and asking, without downloading anything.
package struct Estimate: Sendable {
    package var organization: OrganizationName
    package var window: PassWindow
    /// The number of days, and how many of them were listed to extrapolate from.
    package var days = 0
    package var daysListed = 0
    package var tasks = Tasks()
    package var recordings = Recordings()
    package var bytes = EstimatedNumber.zero
    package var basis = Basis.assumed(bytesPerSecond: Self.assumedBytesPerSecond)
    package var requests = Requests()
    /// The rate at which the requests are made.
    package var requestsPerMinute = 0
    /// The time that the requests take at the configured rate.
    package var requestTime = Duration.zero
    /// The time that the downloads take at the rate of earlier passes; `nil` if that is unknown.
    package var downloadTime: Duration?
    /// The bytes per second of earlier passes; `nil` if that is unknown.
    package var bytesPerSecond: Double?

    /// Tasks of the window.
    package struct Tasks: Sendable {
        package var listed = EstimatedNumber.zero
        package var captureRequested = EstimatedNumber.zero
        package var notRequested = EstimatedNumber.zero
        package var undetermined = EstimatedNumber.zero
        /// Tasks from which nothing more is expected, because the archive has everything.
        package var settled = EstimatedNumber.zero
        package var byStatus: [String: EstimatedNumber] = [:]
    }

    /// Recordings of the window.
    package struct Recordings: Sendable {
        /// Held recordings of the listed tasks.
        package var held = EstimatedNumber.zero
        /// Recordings that were held and are damaged, which no pass fetches again by itself. Not extrapolated: counted
        /// over the whole window, as a pass counts them.
        package var damaged = 0
        /// Recordings that would be fetched.
        package var expected = EstimatedNumber.zero
        /// How many tasks may have recordings that are not held.
        package var tasks = EstimatedNumber.zero
        /// How many of these the provider was asked about.
        package var tasksAsked = 0
    }

    /// What the size is calculated from.
    package enum Basis: Hashable, Sendable {
        /// The sizes of this many of the latest recordings.
        case history(recordings: Int, bytesPerSecond: Double)
        /// Telephone audio in two channels of 16 bits, because nothing has been archived yet.
        case assumed(bytesPerSecond: Double)
    }

    /// How many requests to the provider are needed.
    package struct Requests: Sendable {
        package var listing = EstimatedNumber.zero
        package var captures = EstimatedNumber.zero
        /// For comparing the listing with other sources: at least this many.
        package var crossChecks = EstimatedNumber.zero

        package var total: EstimatedNumber { listing + captures + crossChecks }
    }

    /// 8,000 samples a second, two channels, two bytes (wxcc-api 6.6): the larger of the expected formats.
    static let assumedBytesPerSecond = 32_000.0
    /// The assumed duration, in seconds, of a recording whose duration the provider does not state.
    static let assumedDuration = 180.0

    init(organization: OrganizationName, window: PassWindow) {
        self.organization = organization
        self.window = window
    }

    /// How long a pass takes. It asks and downloads at the same time.
    package var duration: Duration { max(requestTime, downloadTime ?? .zero) }

    /// Whether a pass would end with damage.
    package var hasDamage = false

    /// Whether everything except the size was counted, not extrapolated.
    package var isCounted: Bool { daysListed == days && recordings.expected.isExact }
}
