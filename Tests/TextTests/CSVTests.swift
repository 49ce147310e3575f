import Foundation
import TestSupport
import Testing
import Text

@Suite struct CSVTests {
    private func records(_ text: String) -> [[String]] { CSVDocument(Data(text.utf8)).records.map(\.fields) }
    private func faults(_ text: String) -> [String] { CSVDocument(Data(text.utf8)).faults.map(\.description) }

    static let readable: [(text: String, records: [[String]])] = [
        ("", []), ("\r\n\n\r", []), ("a", [["a"]]), ("a,b\r\nc,d\r\n", [["a", "b"], ["c", "d"]]),
        ("a,b\nc,d", [["a", "b"], ["c", "d"]]), ("a\rb\r", [["a"], ["b"]]), (",", [["", ""]]),
        ("\u{FEFF}name,x\r\n1,2\r\n", [["name", "x"], ["1", "2"]]), ("\"\"", [[""]]), ("\"a\",\"b\"", [["a", "b"]]),
        ("\"a,b\",\"say \"\"hi\"\"\"\r\n", [["a,b", "say \"hi\""]]), ("\"a\r\nb\nc\rd\",e", [["a\r\nb\nc\rd", "e"]]),
        ("a b , c\t", [["a b ", " c\t"]]), ("\"\"\"\"", [["\""]]), ("a,\n\nb,\n", [["a", ""], ["b", ""]]),
        ("é,\"\u{301}\",日本", [["é", "\u{301}", "日本"]]), ("'=1+1", [["'=1+1"]]),
    ]

    @Test(arguments: readable) func `what spreadsheets write is read`(text: String, expected: [[String]]) {
        #expect(records(text) == expected)
        #expect(faults(text) == [])
    }

    @Test func `each record knows the line on which it begins`() {
        let document = CSVDocument(Data("a\r\n\"b\r\nb\nb\"\r\n\r\nc\rd".utf8))
        #expect(document.records.map(\.line) == [1, 2, 6, 7])
    }

    @Test func `all faults are reported at once, each with its line, and intact lines are read`() {
        let text = "name,x\r\na\"b,1\r\n\"c\" d,2\r\n\"e\nf\",3\r\ng,\"4\nh,5\n"
        #expect(records(text) == [["name", "x"], ["e\nf", "3"]])
        let faults = faults(text)
        #expect(faults.count == 3)
        #expect(faults[0].hasPrefix("line 2: a quote inside a field"))
        #expect(faults[1].hasPrefix("line 3: text after a closing quote"))
        #expect(faults[2] == "line 6: a quote is never closed")
    }

    @Test func `text that is not UTF-8 is reported with its line number`() {
        let latin = CSVDocument(Data("name\nM".utf8) + [0xFC] + Data("nchen\nBerlin\n".utf8))
        #expect(latin.faults.map(\.line) == [2])
        #expect(latin.records.map(\.fields) == [["name"], ["Berlin"]])
        let wide = CSVDocument(Data([0xFF, 0xFE, 0x61, 0x00]))
        #expect(wide.faults.first?.problem.contains("UTF-16") == true)
        #expect(CSVDocument(Data("a\0b".utf8)).faults.count == 1)
    }

    static let fields = [
        "", "plain", "=1+1", "+1", "-HQ", "@x", "\ttab", "\rreturn", "'quoted'", "'=x", "''-x", "'", "''", "a,b",
        "say \"hi\"", "\"", "two\r\nlines", "lone\rreturn", " blank ", "\"\u{301}", ",\u{301}", "=\u{301}", "日本, é",
    ]

    @Test(arguments: fields) func `what is written is read again`(text: String) {
        let line = "a," + CSVField.written(text) + "\r\n"
        let document = CSVDocument(Data(line.utf8))
        #expect(document.faults.isEmpty)
        #expect(document.records.map { $0.fields.map(CSVField.unguarded) } == [["a", text]])
    }

    @Test func `no written field is a formula to a spreadsheet`() {
        for text in Self.fields {
            let cell = CSVDocument(Data(("a," + CSVField.written(text)).utf8)).records[0].fields[1]
            #expect(!"=+-@\t\r".utf8.contains(cell.utf8.first ?? 0), "\(text.debugDescription)")
        }
    }

    /// Python's independent reader, in its strict mode.
    @Test func `another reader reads what is written`() throws {
        let line = Self.fields.map(CSVField.written).joined(separator: ",") + "\r\n"
        let script = """
            import csv, json, sys
            with open(sys.argv[1], encoding="utf-8", newline="") as text:
                print(json.dumps(list(csv.reader(text, strict=True))))
            """
        let folder = try TemporaryFolder()
        let file = try folder.put("fields.csv", Array(line.utf8))
        let outcome = try withExtendedLifetime(folder) { try Tool.run("/usr/bin/python3", "-c", script, file) }
        let read = try JSONDecoder().decode([[String]].self, from: Data(outcome.output.utf8))
        #expect(read.map { $0.map(CSVField.unguarded) } == [Self.fields])
    }
}
