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
        (
            #"{"duration2":1,"duration":2,"a\u0000":3,"a":4,"duration10":5,"":6,"duration":7}"#,
            #"{"":6,"a":4,"a\u0000":3,"duration":7,"duration10":5,"duration2":1}"#
        ),
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

    /// Texts that are not quite JSON, how they are read, and the number of oddities.
    @Test(arguments: [
        ("{\"a\":\"x\ty\"}", #"{"a":"x\ty"}"#, 1), ("[\"a\nb\\u0041\",1]", #"["a\nbA",1]"#, 1),
        ("[\"\u{1}\u{1}\u{1F}\"]", #"["\u0001\u0001\u001f"]"#, 1), ("[NaN,-Infinity,1]", #"["NaN","-Infinity",1]"#, 2),
        ("[01,+1,.5,1.,0x1F,None]", #"["01","+1",".5","1.","0x1F","None"]"#, 6), ("[1,2,]", "[1,2]", 1),
        (#"{"a":1,}"#, #"{"a":1}"#, 1), ("[1,,2]", "[1,2]", 1), (#"[{"a":1} {"a":2}]"#, #"[{"a":1},{"a":2}]"#, 1),
        (#"{"a":1,"a":2}"#, #"{"a":2}"#, 1), (#"{"a":1,"a":1}"#, #"{"a":1}"#, 0), (#"["\x",1]"#, #"["\\x",1]"#, 1),
        (#"[{"a":1,"b":2},{"a":3,"b":4},{"a":1,"a":2}]"#, #"[{"a":1,"b":2},{"a":3,"b":4},{"a":2}]"#, 1),
        (#"["\u12G4"]"#, #"["\\u12G4"]"#, 1), (#"["half \ud83d"]"#, "[\"half \u{FFFD}\"]", 1),
        (#"{"n":"Ada "Ace" B","m":1}"#, #"{"m":1,"n":"Ada \"Ace\" B"}"#, 1), ("{a:1}", #"{"a":1}"#, 1),
        ("[9223372036854775807,1e300,1e17]", "[9223372036854775807,1e300,1e17]", 2),
        ("{\"a\":\"é😀\",\"b\":[true,false,null,-0,1.5E+2]}", "{\"a\":\"é😀\",\"b\":[true,false,null,-0,1.5E+2]}", 0),
    ])
    func `what leaves no doubt about the rest is read, and told`(text: String, form: String, oddities: Int) throws {
        let reading = try JSONReader.reading(of: Data(text.utf8))
        #expect(JSONWriter.text(reading.value) == form)
        #expect(reading.oddityCount == oddities)
        #expect((reading.summary == nil) == (oddities == 0))
        // What is kept is JSON even for the strictest reader.
        #expect(try canonical(JSONWriter.text(reading.value)) == form)
    }

    @Test(arguments: [
        "", "{", "[", "[1", #"{"a""#, #"{"a":"#, "[\"a", "<html></html>", "{}x[", "[1:2]", #"{"a" "b"}"#, "]", ",",
    ])
    func `what is no JSON at all is refused by the tolerant too`(text: String) {
        #expect(throws: JSONReader.Fault.self) { try JSONReader.reading(of: Data(text.utf8)) }
    }

    @Test func `invalid text is reported with the record that it is in`() throws {
        let bytes =
            Data("{\"meta\":{},\"data\":[{\"id\":\"one\"},{\"id\":\"two\",\"owner\":{\"name\":\"A".utf8) + [0xFF]
            + Data("\"}},{\"id\":\"three\",\"n\":NaN}]}".utf8)
        let reading = try JSONReader.reading(of: bytes)
        #expect(
            reading.summary
                == "record two: bytes that are no text, in data[1].owner.name; record three: no value, in data[2].n"
        )
        #expect(reading.records(below: "data").map { $0["id"]?.text } == ["two", "three"])
    }

    @Test func `no cut and no changed byte of a text crashes a reader`() throws {
        let text = Array(#"{"a":["\u00e9\ud83d\ude00","x\"y",-1.5e+3,true,null],"b":{"c":[],"d":{}}}"#.utf8)
        for place in text.indices {
            _ = try? JSONReader.reading(of: Data(text[..<place]))
            for byte in [0, 9, 0x22, 0x2C, 0x2E, 0x5B, 0x5C, 0x5D, 0x75, 0x7D, 0xD8, 0xFF] as [UInt8] {
                var changed = text
                changed[place] = byte
                _ = try? JSONReader.reading(of: Data(changed))
                _ = try? JSONReader.value(of: Data(changed))
            }
        }
    }

    @Test(arguments: ["0,", "[],", "{},", "\"\",", "{\"a\":0},", "[[[0]]],"])
    func `millions of small values are refused`(part: String) {
        let text = "[" + String(repeating: part, count: 500_000) + "0]"
        let error = #expect(throws: JSONReader.Fault.self) { try JSONReader.reading(of: Data(text.utf8)) }
        #expect(error?.isTooMuch == true)
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
