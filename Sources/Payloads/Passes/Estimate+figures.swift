import Archiver

extension Estimate {
    /// The likely range of the size in bytes. If the size per second is only assumed, the low end is halved, because
    /// µ-law audio has half as many bytes.
    package var bytesRange: (low: Double, high: Double) {
        if case .assumed = basis { return (bytes.low / 2, bytes.high) }
        return (bytes.low, bytes.high)
    }
}

extension EstimatedNumber {
    var rounded: Int { Int(value.rounded()) }
}
