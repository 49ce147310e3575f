import Recordings
import Text

/// Lines of the API as rows of CSV.
struct CallSheet: Sendable {
    /// The members of a line, in the order of the columns.
    let columns: [String]
    /// The member of an answer that has the lines.
    let list: String

    /// The first row.
    var heading: [UInt8] { Array((columns.joined(separator: ",") + "\r\n").utf8) }

    /// The rows of one answer.
    func rows(_ page: JSONValue) -> [UInt8] {
        var bytes: [UInt8] = []
        for line in page.member(list)?.elements ?? [] {
            let fields = columns.map { CSVField.written(Self.text(line.member($0))) }
            bytes += Array((fields.joined(separator: ",") + "\r\n").utf8)
        }
        return bytes
    }

    /// A value as one field; agents by their names.
    private static func text(_ value: JSONValue?) -> String {
        guard let elements = value?.elements else { return value?.text ?? "" }
        return elements.compactMap { $0.member("name")?.text ?? $0.member("id")?.text ?? $0.text }
            .joined(separator: "; ")
    }
}
