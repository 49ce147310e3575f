import Archiver

extension Estimate {
    /// Between which numbers of bytes it is likely to be. If nothing is known of their weight, µ-law audio has half.
    package var bytesRange: (low: Double, high: Double) {
        if case .assumed = basis { return (bytes.low / 2, bytes.high) }
        return (bytes.low, bytes.high)
    }
}

extension EstimatedNumber {
    var rounded: Int { Int(value.rounded()) }
}
