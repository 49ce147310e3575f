import Foundation

/// Numbers for people.
package enum Readable {
    /// `1.46 GB`, in powers of a thousand, as disks are sold.
    package static func bytes(_ count: Int64) -> String {
        let units = ["B", "kB", "MB", "GB", "TB", "PB"]
        let sign = count < 0 ? "-" : ""
        var value = Double(count.magnitude)
        var unit = 0
        while value >= 1000, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        guard unit > 0 else { return "\(count) B" }
        // The first call of String(format:) takes longer than looking up a recording.
        let (scale, places) = value < 10 ? (100, 2) : (10, 1)
        let (whole, fraction) = Int((value * Double(scale)).rounded()).quotientAndRemainder(dividingBy: scale)
        let digits = String(fraction)
        return "\(sign)\(whole).\(String(repeating: "0", count: places - digits.count))\(digits) \(units[unit])"
    }

    /// `1 recording`, `2 recordings`.
    package static func count(_ number: Int, _ noun: String, _ plural: String? = nil) -> String {
        "\(number) \(number == 1 ? noun : plural ?? "\(noun)s")"
    }

    /// `4 min 05 s`.
    package static func duration(_ duration: Duration) -> String {
        let seconds = Int(duration.components.seconds)
        switch seconds {
        case ..<60: return "\(seconds) s"
        case ..<3600: return String(format: "%d min %02d s", seconds / 60, seconds % 60)
        default: return String(format: "%d h %02d min", seconds / 3600, seconds % 3600 / 60)
        }
    }
}
