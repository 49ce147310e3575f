import Foundation
import HTTPTypes
import Manifest
import Recordings

/// The parameters that select a page of a list.
struct PageQuery: Sendable {
    static let parameters: Set<String> = ["limit", "cursor"]
    /// How many rows a page has at most.
    static let maxRows = 1000
    private static let usualRows = 100

    let limit: Int

    /// - Throws: a ``Problem`` with status 400.
    init(_ query: QueryItems) throws(Problem) {
        limit =
            try query.value("limit", "a whole number from 1 to \(Self.maxRows)") { text in
                guard text.utf8.count <= 4, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
                return Int(text).flatMap { (1...Self.maxRows).contains($0) ? $0 : nil }
            } ?? Self.usualRows
    }
}

extension PageQuery {
    /// The whole number in the parameter `cursor`; 0 without one.
    /// - Parameter mark: the letter with which the list's cursors begin.
    /// - Throws: a ``Problem`` with status 400 if it is not such a cursor.
    static func place(_ query: QueryItems, _ mark: Character) throws(Problem) -> Int {
        try query.value("cursor", "the next_cursor of the page before") { cursor in
            let digits = cursor.dropFirst().utf8
            guard cursor.first == mark, (1...9).contains(digits.count),
                digits.allSatisfy({ (0x30...0x39).contains($0) })
            else { return nil }
            return Int(cursor.dropFirst())
        } ?? 0
    }
}

/// A page of a list, as an answer has it: `{"calls":[…],"next_cursor":…}`.
struct ListPage<Line: Encodable>: Encodable {
    /// The member that has the lines.
    let list: String
    let lines: [Line]
    /// How many lines all pages have together; `nil` for a list that does not say.
    var total: Int?
    /// Where the next page begins; `nil` after the last one.
    var nextCursor: String?

    private struct Member: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    func encode(to encoder: any Encoder) throws {
        var page = encoder.container(keyedBy: Member.self)
        try page.encode(lines, forKey: Member(stringValue: list))
        try page.encodeIfPresent(total, forKey: Member(stringValue: "total"))
        try page.encodeIfPresent(nextCursor, forKey: Member(stringValue: "next_cursor"))
    }
}

extension CallCursor {
    /// The cursor in an answer: base64url. Its content is not part of the API and may change.
    var text: String {
        Base64URL.text("1 \(createdTime.millisecondsSince1970) \(organization) \(task)".utf8)
    }

    /// - Returns: `nil` if `text` does not have the form of ``text``.
    init?(_ text: String) {
        guard text.utf8.count <= 1000, let bytes = Base64URL.bytes(text),
            let plain = String(validating: bytes, as: UTF8.self)
        else { return nil }
        let parts = plain.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "1", let time = Int64(parts[1]),
            Timestamp.plausibleMilliseconds.contains(time), let organization = OrganizationName(String(parts[2])),
            let task = TaskID(parts[3])
        else { return nil }
        self.init(createdTime: Timestamp(millisecondsSince1970: time), organization: organization, task: task)
    }
}
