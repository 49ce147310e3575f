import Foundation
import HTTPTypes
import Manifest
import Recordings

/// The parameters that say which page of a list is wanted.
struct PageQuery: Sendable {
    static let parameters: Set<String> = ["limit", "cursor"]
    /// No page has more.
    static let mostRows = 1000
    private static let usualRows = 100

    let limit: Int

    /// - Throws: a ``Problem`` with status 400.
    init(_ query: QueryItems) throws(Problem) {
        limit =
            try query.value("limit", "a whole number from 1 to \(Self.mostRows)") { text in
                guard text.utf8.count <= 4, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
                return Int(text).flatMap { (1...Self.mostRows).contains($0) ? $0 : nil }
            } ?? Self.usualRows
    }
}

extension PageQuery {
    /// How many rows come before a page, by a cursor that counts them.
    /// - Parameter mark: what its cursors begin with.
    static func place(_ cursor: String, _ mark: Character) -> Int? {
        let digits = cursor.dropFirst().utf8
        guard cursor.first == mark, (1...9).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return Int(cursor.dropFirst())
    }
}

extension CallCursor {
    /// As an answer has it: base64url. What is in it is nobody's concern, and may change.
    var text: String {
        let plain = "1 \(createdTime.millisecondsSince1970) \(organization) \(task)"
        return Data(plain.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
            .replacing("=", with: "")
    }

    /// - Returns: `nil` if it is not one that ``text`` has made.
    init?(_ text: String) {
        var code = text.replacing("-", with: "+").replacing("_", with: "/")
        code += String(repeating: "=", count: (4 - code.count % 4) % 4)
        guard text.utf8.count <= 1000, !text.contains("="), let data = Data(base64Encoded: code),
            let plain = String(validating: data, as: UTF8.self)
        else { return nil }
        let parts = plain.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "1", let time = Int64(parts[1]),
            Timestamp.plausibleMilliseconds.contains(time), let organization = OrganizationName(String(parts[2])),
            let task = TaskID(parts[3])
        else { return nil }
        self.init(createdTime: Timestamp(millisecondsSince1970: time), organization: organization, task: task)
    }
}
