/// Numbers of bytes for people.
package enum ByteSize {
    /// `1.46 GB`, in powers of a thousand, as disks are sold.
    /// - Parameter rule: how the last digit is rounded. Round up what a person has to make free.
    package static func text(
        _ count: Int64,
        rounded rule: FloatingPointRoundingRule = .toNearestOrAwayFromZero
    ) -> String {
        let units = ["B", "kB", "MB", "GB", "TB", "PB"]
        let sign = count < 0 ? "-" : ""
        var value = Double(count.magnitude)
        var unit = 0
        while value >= 1000, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        guard unit > 0 else { return "\(count) B" }
        // Foundation's formatting takes longer, the first time, than looking up a recording.
        let (scale, places) = value < 10 ? (100, 2) : (10, 1)
        let (whole, fraction) = Int((value * Double(scale)).rounded(rule)).quotientAndRemainder(dividingBy: scale)
        let digits = String(fraction)
        return "\(sign)\(whole).\(String(repeating: "0", count: places - digits.count))\(digits) \(units[unit])"
    }
}
