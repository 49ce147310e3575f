import Foundation
import Recordings
import Testing

@Suite struct JSONTests {
    private func canonical(_ text: String) throws -> String {
        JSONWriter.text(try JSONReader.value(of: Data(text.utf8)))
    }

    @Test(arguments: [
        (#" { "b" : [ 1 , true , null ] , "a" : "x" } "#, #"{"a":"x","b":[1,true,null]}"#),
        (#"{"n":9223372036854775807,"m":-0,"e":1.50E+2}"#, #"{"e":1.50E+2,"m":-0,"n":9223372036854775807}"#),
        (#"{"a":1,"a":2}"#, #"{"a":2}"#),
        (#""\u0041\ud83d\ude00\/\n\t\"\\\b""#, #""A😀/\n\t\"\\\u0008""#),
        (#""half \ud83d a pair \udc00""#, "\"half \u{FFFD} a pair \u{FFFD}\""),
        (#"{"é":1,"e\u0301":2}"#, "{\"e\u{301}\":2,\"é\":1}"),
        ("\u{FEFF}[]", "[]"),
        (#"[{},[],"",0]"#, #"[{},[],"",0]"#),
    ])
    func `every value is written in its one canonical form`(text: String, form: String) throws {
        #expect(try canonical(text).utf8.elementsEqual(form.utf8))
        #expect(try canonical(form).utf8.elementsEqual(form.utf8))
    }

    @Test(arguments: [
        "", " ", "{", "[1,]", #"{"a":1,}"#, #"{"a" 1}"#, "{a:1}", "[1 2]", "nul", "truee", "01", "-", "1.", "1e", ".5",
        "+1", "NaN", "\"", "\"\\", #""\x""#, #""\u12""#, #""\u12G4""#, "\"\u{01}\"", "[]]", "{}x", "\"a\nb\"",
        "<html></html>",
        String(repeating: "[", count: 100_000), String(repeating: #"{"a":"#, count: 100_000),
    ])
    func `what is no JSON is refused and never crashes`(text: String) {
        #expect(throws: JSONReader.Fault.self) { try JSONReader.value(of: Data(text.utf8)) }
    }

    @Test func `bytes that are no text become replacement characters`() throws {
        let value = try JSONReader.value(of: Data([0x22, 0xFF, 0x41, 0x22]))
        #expect(value == .string("\u{FFFD}A"))
    }

    @Test(arguments: [
        ("1760000000123", 1_760_000_000_123), ("1.760000000123e12", 1_760_000_000_123), ("5.0", 5), ("-1", -1),
        ("9223372036854775807", Int64.max), ("9223372036854775808", nil), ("1.5", nil), (#""17""#, 17), (#""x""#, nil),
        ("true", nil), ("null", nil), (#""""#, nil), ("1e400", nil), (#""nan""#, nil),
    ])
    func `whole numbers are read from every way to write them`(text: String, number: Int64?) throws {
        #expect(try JSONReader.value(of: Data(text.utf8)).integer == number)
    }
}
