import Recordings

/// A number that was not counted whole, and how far off it may be.
package struct EstimatedNumber: Hashable, Sendable {
    package var value: Double
    /// Its variance; 0 where it was counted.
    package var variance: Double

    package static let zero = EstimatedNumber(0)

    package init(_ value: Double, variance: Double = 0) {
        self.value = value
        self.variance = variance
    }

    package var isExact: Bool { variance == 0 }

    /// Half of the span that it lies in with a probability of 95 in 100.
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

/// Adds up a sample: of a population of which only some were looked at.
struct SampleTotal {
    /// The total over `population` where `values` are those that were looked at, drawn without bias.
    /// - Parameter within: the sum of the variances that the values have by themselves.
    static func total(of values: [Double], population: Int, within: Double = 0) -> EstimatedNumber {
        guard !values.isEmpty else { return .zero }
        let (count, size) = (Double(values.count), Double(population))
        let mean = values.reduce(0, +) / count
        guard values.count < population else {
            return EstimatedNumber(values.reduce(0, +), variance: within)
        }
        // One value says nothing of how they differ: as if they differed by as much as they are.
        let spread =
            values.count == 1
            ? mean * mean : values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
        let between = size * size * (1 - count / size) * spread / count
        return EstimatedNumber(mean * size, variance: between + size / count * within)
    }
}

/// What a pass over a window would take: found out by listing and asking, without downloading anything.
package struct Estimate: Sendable {
    package var organization: OrganizationName
    package var window: PassWindow
    /// How many days there are, and how many of them were listed to judge the others by.
    package var days = 0
    package var daysListed = 0
    package var tasks = Tasks()
    package var recordings = Recordings()
    package var bytes = EstimatedNumber.zero
    package var basis = Basis.assumed(bytesPerSecond: Self.assumedBytesPerSecond)
    package var requests = Requests()
    /// The rate that the requests are made at.
    package var requestsPerMinute = 0
    /// The time that the requests take at the configured rate.
    package var requestTime = Duration.zero
    /// The time that the downloads take at the rate of earlier passes; `nil` where none is known.
    package var downloadTime: Duration?
    /// How many bytes a second came in earlier passes; `nil` where that is not known.
    package var bytesPerSecond: Double?

    /// Tasks of the window.
    package struct Tasks: Sendable {
        package var listed = EstimatedNumber.zero
        package var captureRequested = EstimatedNumber.zero
        package var notRequested = EstimatedNumber.zero
        package var undetermined = EstimatedNumber.zero
        /// Those of which nothing is expected any more: the archive has what there is.
        package var settled = EstimatedNumber.zero
        package var byStatus: [String: EstimatedNumber] = [:]
    }

    /// Recordings of the window.
    package struct Recordings: Sendable {
        /// Those of the listed tasks that are held.
        package var held = EstimatedNumber.zero
        /// Those that were held and are damaged, which no pass fetches again by itself: of all days of the window, and
        /// counted as a pass counts them.
        package var damaged = 0
        /// Those that would be fetched.
        package var expected = EstimatedNumber.zero
        /// How many tasks may have some that are not held.
        package var tasks = EstimatedNumber.zero
        /// How many of these the provider was asked about.
        package var tasksAsked = 0
    }

    /// What the bytes are reckoned from.
    package enum Basis: Hashable, Sendable {
        /// What so many of the latest recordings weighed.
        case history(recordings: Int, bytesPerSecond: Double)
        /// Telephone audio in two channels of 16 bits: nothing has been archived yet.
        case assumed(bytesPerSecond: Double)
    }

    /// How often the provider is asked.
    package struct Requests: Sendable {
        package var listing = EstimatedNumber.zero
        package var captures = EstimatedNumber.zero
        /// For holding the listing against other sources: at least so many.
        package var crossChecks = EstimatedNumber.zero

        package var total: EstimatedNumber { listing + captures + crossChecks }
    }

    /// 8,000 samples a second, two channels, two bytes (wxcc-api 6.6): the heavier of the forms that are expected.
    static let assumedBytesPerSecond = 32_000.0
    /// What a recording is taken to last of which the provider does not say it.
    static let assumedDuration = 180.0

    init(organization: OrganizationName, window: PassWindow) {
        self.organization = organization
        self.window = window
    }

    /// How long a pass takes: it asks and downloads at the same time.
    package var duration: Duration { max(requestTime, downloadTime ?? .zero) }

    /// Whether a pass would end with damage.
    package var hasDamage = false

    /// Whether nothing of it is extrapolated but the bytes.
    package var isCounted: Bool { daysListed == days && recordings.expected.isExact }
}
