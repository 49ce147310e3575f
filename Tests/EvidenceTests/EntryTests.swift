import Foundation
import Recordings
import Testing

@testable import Evidence

/// The written form of an entry.
@Suite struct `An entry` {
    private static let digest = ContentDigest(hexadecimal: String(repeating: "0a", count: 32))

    private func entry(_ type: LogEntryType, _ values: [LogKeyword: LogValue]) throws -> LogEntry {
        LogEntry(
            type,
            time: Trial.now,
            actor: Actor(name: "anna", via: .uid, uid: 1000, claims: ["SUDO_USER": "bo\"b"]),
            organization: try #require(OrganizationName("acme")),
            values
        )
    }

    @Test func `is one object on one line, its members sorted`() throws {
        let digest = try #require(Self.digest)
        let entry = try entry(
            .gapExplained,
            [.taskID: .text("t"), .reason: .text("test_call"), .note: .digest(digest)]
        )
        let text = String(decoding: try entry.encoded(), as: UTF8.self)
        #expect(
            text == #"{"actor":{"claims":{"SUDO_USER":"bo\"b"},"name":"anna","uid":1000,"via":"uid"},"note":""#
                + "\(digest)"
                + #"","org":"acme","reason":"test_call","task_id":"t","time":1763625600000,"type":"gap.explained","v":1}"#
        )
        #expect(try LogEntry(Array(text.utf8)) == entry)
        #expect(entry.objects == [digest])
    }

    /// A value in the form of each member.
    private static func value(_ keyword: LogKeyword, _ digest: ContentDigest) -> LogValue {
        switch keyword.form {
        case .text: .text("text of \(keyword.rawValue)")
        case .number: .number(1 << 40)
        case .digest: .digest(digest)
        case .predecessor: .position(LogPosition(origin: "o", size: 9, root: .empty))
        }
    }

    @Test(arguments: LogEntryType.allCases)
    func `of every type comes back as it was written, and lacks nothing that it needs`(
        _ type: LogEntryType
    ) throws {
        let digest = try #require(Self.digest)
        let (needed, allowed) = type.keywords
        #expect(needed.isDisjoint(with: allowed))
        let keywords = needed.union(allowed)
        let whole = try entry(
            type,
            Dictionary(uniqueKeysWithValues: keywords.map { ($0, Self.value($0, digest)) })
        )
        #expect(try LogEntry(whole.encoded()) == whole)
        for keyword in needed {
            var less = whole
            less.values[keyword] = nil
            #expect(throws: EvidenceError.self) { try less.encoded() }
        }
        for keyword in LogKeyword.allCases where !keywords.contains(keyword) {
            var more = whole
            more.values[keyword] = Self.value(keyword, digest)
            #expect(throws: EvidenceError.self) { try more.encoded() }
        }
    }

    @Test func `longer than its length can say is refused`() throws {
        let entry = try entry(.accessCreated, [.name: .text(String(repeating: "x", count: 65_500))])
        #expect { try entry.encoded() } throws: { ($0 as? EvidenceError)?.code == .tooLong }
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"v":2,"type":"config.changed"}"#,
        #"{"actor":{"name":"a","via":"uid"},"org":"acme","time":1,"type":"config.changed","v":1}"#,
        #"{"actor":{"name":"a","via":"uid"},"org":"acme","sha256":"0A","time":1,"type":"config.changed","v":1}"#,
        #"{"actor":{"name":"a","via":"nobody"},"org":"acme","time":1,"type":"key.added","v":1}"#,
        #"{"actor":{"name":"a","via":"uid"},"org":"ACME","time":1,"type":"key.added","v":1}"#,
        #"{"actor":{"name":"a","via":"uid"},"org":"acme","time":"1","type":"key.added","v":1}"#,
    ]) func `that is malformed is not read`(_ text: String) {
        #expect(throws: LogEntry.Fault.self) { try LogEntry(Array(text.utf8)) }
    }

    @Test func `of a later version is read as far as it is known`() throws {
        let head = #"{"actor":{"name":"a","via":"uid"},"org":"acme","#
        let more = try LogEntry(Array((head + #""time":1,"type":"key.added","v":1,"zone":{"x":[1]}}"#).utf8))
        #expect(more.type == .keyAdded && more.values.isEmpty)
        #expect(throws: LogEntry.Fault.unknownType("key.praised")) {
            try LogEntry(Array((head + #""time":1,"type":"key.praised","v":1}"#).utf8))
        }
    }
}
