@testable import DailyArchive
import Foundation
import Recordings
import Testing
import TestSupport

@Suite struct EntryLineTests {
    private func entry() throws -> RecordingEntry {
        try PendingMember.sample("task-ü\u{1}\"\\\n", "rec", bytes: [1, 2, 3]).entry
    }

    @Test func `an entry comes back as it was`() throws {
        var entry = try entry()
        entry.offset = 9_876_543_210
        entry.stopTime = Timestamp(millisecondsSince1970: -5)
        entry.suspicion = "declares 10 bytes,\thas 3 🎧"
        entry.salt = .sample
        #expect(try RecordingEntry(jsonLine: entry.jsonLine) == entry)
        #expect(!String(decoding: entry.jsonLine, as: UTF8.self).contains("original_"))
        entry.original = ByteIdentity(byteCount: 2, digest: Digester.digest(of: [1, 2]))
        #expect(try RecordingEntry(jsonLine: entry.jsonLine) == entry)
        entry.audio = nil
        entry.salt = nil
        entry.taskJSON = nil
        entry.searchJSON = nil
        entry.suspicion = nil
        entry.stopTime = nil
        entry.key.startTime = nil
        entry.key.callType = ""
        #expect(try RecordingEntry(jsonLine: entry.jsonLine) == entry)
    }

    @Test func `a task comes back as it was`() throws {
        var task = try TaskEntry.sample("täsk")
        #expect(try TaskEntry(jsonLine: task.jsonLine) == task)
        task.json = nil
        #expect(try TaskEntry(jsonLine: task.jsonLine) == task)
        task.searchJSON = nil
        task.status = TaskStatus("")
        task.captureRequest = .undetermined
        #expect(try TaskEntry(jsonLine: task.jsonLine) == task)
        #expect(!String(decoding: task.jsonLine, as: UTF8.self).contains("claimed_by"))
        task.sightedBy = "search"
        #expect(try TaskEntry(jsonLine: task.jsonLine) == task)
        #expect(String(decoding: task.jsonLine, as: UTF8.self).contains(#","claimed_by":"search","created_time":"#))
    }

    @Test func `a line is one JSON object with sorted keys that other readers understand`() throws {
        let entry = try entry()
        let line = entry.jsonLine
        #expect(!line.contains(UInt8(ascii: "\n")))
        let object = try unwrap(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
        #expect(object["task_id"] as? String == "task-ü\u{1}\"\\\n")
        #expect(object["start_time_iso"] as? String == entry.key.startTime?.description)
        #expect((object["capture"] as? [String: Any])?["n"] as? Double == 1.5)
        let keys = String(decoding: line, as: UTF8.self).matches(of: #/[{,]"([a-z0-9_]+)":/#).map {
            String($0.output.1)
        }
        let own = keys.filter { object[$0] != nil && $0 != "id" }
        #expect(own == own.sorted())
        #expect(Set(own) == Set(object.keys))
    }

    @Test func `what Search says is held by the line's checksum`() throws {
        func changed(_ line: [UInt8]) -> [UInt8] {
            let text = String(decoding: line, as: UTF8.self)
            return Array(text.replacing(#""search":{"id""#, with: #""search":{"iD""#).utf8)
        }
        let error = EntryLineError(description: "not what its checksum says")
        let entry = try PendingMember.sample("t", "rec", bytes: [1, 2, 3]).entry
        #expect(throws: error) { try RecordingEntry(jsonLine: changed(entry.jsonLine)) }
        #expect(throws: error) { try TaskEntry(jsonLine: changed(try TaskEntry.sample("t").jsonLine)) }
    }

    @Test func `the provider's text is embedded to the letter`() throws {
        var entry = try entry()
        for text in [#"{ "a" : 1.0e+5 , "b":[ ] }"#, "{}", #"{"a":"\u00e4\/"}"#, "not JSON", "{\n}", "[1]", ""] {
            entry.captureJSON = ProviderJSON(redacted: text)
            let line = entry.jsonLine
            #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line)) }
            #expect(try RecordingEntry(jsonLine: line).captureJSON.description == text)
        }
    }

    @Test func `fields of a later version are passed over`() throws {
        let entry = try entry()
        let text = String(decoding: entry.jsonLine, as: UTF8.self)
        // A later version's checksum covers its own line; here the line has none.
        let unchecked = text.replacing(/"check":"[0-9a-f]{16}",/, with: "")
        let later = #"{"aaa":[{"task_id":"other"}],"#.utf8 + Array(unchecked.utf8.dropFirst())
        #expect(try RecordingEntry(jsonLine: Array(later)) == entry)
        #expect(throws: EntryLineError.self) {
            try RecordingEntry(jsonLine: Array(#"{"aaa":1,"#.utf8) + Array(text.utf8.dropFirst()))
        }
    }

    @Test func `the keys that are reserved are passed over`() throws {
        let entry = try entry()
        let text = String(decoding: entry.jsonLine, as: UTF8.self).replacing(/"check":"[0-9a-f]{16}",/, with: "")
        let reserved = #"{"class":"mifid","private":{"a":1},"private_sha256":"00","#.utf8
        let line = Array(reserved) + Array(text.utf8.dropFirst())
        #expect(try RecordingEntry(jsonLine: line) == entry)
        // The evidence log commits to them all the same: only the line's place and checksum are left out.
        let unplaced = String(decoding: line, as: UTF8.self).replacing(/,"offset":[0-9]+/, with: "")
        #expect(RecordingEntry.record(ofLine: line) == Digester.digest(of: Array(unplaced.utf8)))
    }

    @Test(arguments: [
        (#","salt":"\#(Salt.sample)""#, #","salt":"short""#), (#","salt":"\#(Salt.sample)""#, #","salt":"""#),
        (#","original_bytes":2"#, ""), (#","original_bytes":2"#, #","original_bytes":-1"#),
    ])
    func `an invalid salt, and half of an identity, are refused`(good: String, bad: String) throws {
        var entry = try entry()
        entry.salt = .sample
        entry.original = ByteIdentity(byteCount: 2, digest: Digester.digest(of: [1, 2]))
        let line = String(decoding: entry.jsonLine, as: UTF8.self).replacing(/"check":"[0-9a-f]{16}",/, with: "")
        #expect(line.contains(good))
        #expect(try RecordingEntry(jsonLine: Array(line.utf8)) == entry)
        #expect(throws: EntryLineError.self) {
            try RecordingEntry(jsonLine: Array(line.replacing(good, with: bad).utf8))
        }
    }

    @Test func `a line that is not what was written is refused, wherever it was changed`() throws {
        var entry = try entry()
        entry.replaces = .sample
        entry.salt = .sample
        let line = entry.jsonLine
        #expect(try RecordingEntry(jsonLine: line) == entry)
        for position in line.indices {
            for bit in [UInt8(1), 0x10, 0x80] {
                var changed = line
                changed[position] ^= bit
                // A field whose name was changed is another field, which readers pass over; a journal's reader does not.
                let read = try? RecordingEntry(jsonLine: changed)
                #expect(read == nil || read?.isWhole(changed) == false, "bit \(bit) of byte \(position)")
            }
        }
    }

    @Test func `a line's checksum is what sha256sum says of the rest`() throws {
        let text = String(decoding: try entry().jsonLine, as: UTF8.self)
        let match = try unwrap(text.firstMatch(of: /,"check":"([0-9a-f]{16})"/))
        let rest = text.replacingCharacters(in: match.range, with: "")
        let folder = try TemporaryFolder()
        try Data(rest.utf8).write(to: URL(filePath: folder.path + "/line"))
        #expect(try Tool.run("sha256sum", "line", in: folder.path).output.hasPrefix(match.output.1))
    }

    @Test func `a line from before there were checksums is read`() throws {
        let entry = try entry()
        let text = String(decoding: entry.jsonLine, as: UTF8.self).replacing(/"check":"[0-9a-f]{16}",/, with: "")
        #expect(!text.contains("check"))
        #expect(try RecordingEntry(jsonLine: Array(text.utf8)) == entry)
        #expect(entry.isWhole(Array(text.utf8)))
    }

    @Test(arguments: [
        "task_id", "recording_id", "kind", "organization", "organization_id", "day", "file", "offset", "bytes",
        "sha256",
        "received_time",
    ])
    func `a line without what a recording needs is refused by name`(key: String) throws {
        let text = String(decoding: try entry().jsonLine, as: UTF8.self).replacing("\"\(key)\":", with: "\"x\":")
        let error = #expect(throws: EntryLineError.self) { try RecordingEntry(jsonLine: Array(text.utf8)) }
        #expect(error?.description == "\(key) is missing or wrong")
    }

    @Test(arguments: [
        (#""file":"x.wav""#, #""file":"../x""#), (#""offset":0"#, #""offset":-1"#),
        (#""bytes":3"#, #""bytes":9223372036854775807"#),
        (#""day":"2025-11-20""#, #""day":"2025-11-31""#),
    ])
    func `values that cannot be are refused`(good: String, bad: String) throws {
        var entry = try entry()
        entry.file = try unwrap(FileName(exactly: "x.wav"))
        let text = String(decoding: entry.jsonLine, as: UTF8.self)
        #expect(text.contains(good))
        #expect(throws: EntryLineError.self) {
            try RecordingEntry(jsonLine: Array(text.replacing(good, with: bad).utf8))
        }
    }

    @Test(arguments: [
        "", "{", "}", "[]", "{} {}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{a:1}"#, #"{"a":01}"#, #"{"a":1.}"#,
        #"{"a":-}"#, #"{"a":1e}"#, #"{"a":tru}"#, #"{"a":[1,]}"#, #"{"a":[}"#, #"{"a":{]}"#, #"{"a":{"b"}}"#,
        #"{"a":"\x"}"#,
        #"{"a":"\u12"}"#, "{\"a\":\"\u{1}\"}", #"{"a":"b}"#, #"{"a":"\"#, #"{"a":{"b":1},"c"}"#, #"{"a":[1 2]}"#,
    ])
    func `what is not JSON is not read`(text: String) {
        #expect(JSONObject(Array(text.utf8)) == nil)
        // Foundation lets a comma before a closing bracket pass, which RFC 8259 does not.
        guard !text.contains(",}"), !text.contains(",]") else { return }
        #expect((try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]) == nil)
    }

    @Test(arguments: [
        "{}", " { } ", #"{"a":-0.5E-10,"b":null}"#, #"{"a":[[],{},[{"b":[1,"]"]}]]}"#, #"{"a":"\ud83c\udfa7"}"#,
        #"{"a":"\\\"","b":true}"#, "{\"a\":\t[\r\n1 , 2]}",
    ])
    func `what is JSON is read as others read it`(text: String) throws {
        let object = try unwrap(JSONObject(Array(text.utf8)))
        let witness = try unwrap(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(object.string("a") == witness["a"] as? String)
    }

    @Test func `deep nesting is no danger`() {
        let depth = 100_000
        let deep = #"{"a":"# + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}"
        #expect(JSONObject(Array(deep.utf8)) != nil)
        #expect(JSONObject(Array(deep.dropLast(2).utf8)) == nil)
    }

    @Test func `lone surrogates and bad UTF-8 do not become something else`() throws {
        #expect(JSONObject(Array(#"{"a":"\ud83c"}"#.utf8))?.string("a") == "\u{FFFD}")
        #expect(JSONObject(Array(#"{"a":"\udfa7x"}"#.utf8))?.string("a") == "\u{FFFD}x")
        #expect(JSONObject([0x7B, 0x22, 0x61, 0x22, 0x3A, 0x22, 0xFF, 0x22, 0x7D])?.string("a") == nil)
    }
}
