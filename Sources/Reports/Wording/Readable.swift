import Foundation
import Recordings

/// Numbers for people.
package enum Readable {
    /// `1.46 GB`, in powers of a thousand, as disks are sold.
    package static func bytes(_ count: Int64) -> String { ByteSize.text(count) }

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
