import Foundation
import Recordings

extension Table.Column {
    /// Text. For people it has this heading, or is left out if `nil`.
    package static func text(
        _ name: String,
        _ heading: String? = nil,
        rank: Int = 0,
        line: Int = 0,
        label: String = "",
        _ value: @escaping (Row) -> String?
    ) -> Self {
        Self(name: name, heading: heading, rank: rank, line: line, label: label, value: { .init(value($0)) })
    }

    /// An instant, for people in a time zone, which the first such heading names.
    package static func time(
        _ name: String,
        _ heading: String,
        in timeZone: TimeZone,
        seconds: Bool = false,
        rank: Int = 0,
        _ value: @escaping (Row) -> Timestamp?
    ) -> Self {
        Self(
            name: name,
            heading: heading,
            rank: rank,
            value: { .init(value($0)?.description) },
            text: { value($0)?.text(in: timeZone, seconds: seconds) ?? "" }
        )
    }

    /// A count.
    package static func count(
        _ name: String,
        _ heading: String? = nil,
        rank: Int = 0,
        _ value: @escaping (Row) -> Int?
    ) -> Self {
        Self(name: name, heading: heading, isNumber: true, rank: rank, value: { .init(value($0).map { Int64($0) }) })
    }

    /// A duration, in milliseconds for programs.
    package static func duration(
        _ name: String,
        _ heading: String? = nil,
        rank: Int = 0,
        _ value: @escaping (Row) -> Duration?
    ) -> Self {
        Self(
            name: name,
            heading: heading,
            isNumber: true,
            rank: rank,
            value: { .init(value($0)?.milliseconds) },
            text: { value($0).map(Readable.duration) ?? "" }
        )
    }

    /// An average duration, in milliseconds for programs.
    package static func average(
        _ name: String,
        _ heading: String? = nil,
        rank: Int = 0,
        _ value: @escaping (Row) -> Double?
    ) -> Self {
        Self(
            name: name,
            heading: heading,
            isNumber: true,
            rank: rank,
            value: { value($0).map { Table.Value.number($0) } ?? .nothing },
            text: { value($0).map { Readable.duration(.milliseconds(Int64(clamping: $0))) } ?? "" }
        )
    }

    /// A percentage.
    package static func percentage(
        _ name: String,
        _ heading: String? = nil,
        rank: Int = 0,
        _ value: @escaping (Row) -> Double?
    ) -> Self {
        Self(
            name: name,
            heading: heading,
            isNumber: true,
            rank: rank,
            value: { value($0).map { Table.Value.number($0) } ?? .nothing },
            text: { value($0).map { String(format: "%.1f %%", $0) } ?? "" }
        )
    }

    /// A column of text that is cut, and then left out, on a narrow terminal.
    package static func cut(
        _ name: String,
        _ heading: String,
        rank: Int,
        least: Int = 8,
        line: Int = 0,
        label: String = "",
        _ value: @escaping (Row) -> String?
    ) -> Self {
        Self(
            name: name,
            heading: heading,
            rank: rank,
            least: least,
            line: line,
            label: label,
            value: { .init(value($0)) }
        )
    }
}
