import Foundation
import Recordings
import Testing

@testable import WebexContactCenter

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

    @Test func `any cut of a real answer is refused or read and never crashes`() throws {
        let whole = try fixture("captures/documented.json")
        for length in 0..<whole.count { _ = try? JSONReader.value(of: whole.prefix(length)) }
        #expect(throws: JSONReader.Fault.self) { try JSONReader.value(of: whole.prefix(whole.count / 2)) }
    }

    @Test(arguments: [
        ("1760000000123", 1_760_000_000_123), ("1.760000000123e12", 1_760_000_000_123), ("5.0", 5), ("-1", -1),
        ("9223372036854775807", Int64.max), ("9223372036854775808", nil), ("1.5", nil), (#""17""#, 17), (#""x""#, nil),
        ("true", nil), ("null", nil), (#""""#, nil), ("1e400", nil), (#""nan""#, nil),
    ])
    func `whole numbers are read from every way to write them`(text: String, number: Int64?) throws {
        #expect(try JSONReader.value(of: Data(text.utf8)).integer == number)
    }

    @Test func `python reads the canonical form as the same value`() async throws {
        let original = try fixture("tasks/hostile.json")
        let form = JSONWriter.text(try JSONReader.value(of: original))
        #expect(!form.contains("\n"))
        let script = """
            import decimal, json, sys
            first, second = sys.stdin.buffer.read().split(b"\\0")
            read = lambda text: json.loads(text, parse_float=decimal.Decimal)
            sys.exit(0 if read(first) == read(second) else 1)
            """
        let outcome = try await Program.run(
            "/usr/bin/python3",
            ["-c", script],
            input: original + Data([0]) + Data(form.utf8)
        )
        #expect(outcome.status == 0, "\(outcome.output)")
    }
}

@Suite struct RedactionTests {
    private func kept(_ text: String) throws -> String {
        try JSONReader.value(of: Data(text.utf8)).kept.description
    }

    @Test(arguments: [
        (#"{"filePath":"https://h/a.wav?anything=1"}"#, #"{"filePath":"https://h/a.wav"}"#),
        (#"{"FilePath":"https://h/a.wav?x"}"#, #"{"FilePath":"https://h/a.wav"}"#),
        (#"{"other":"https://h/a?X-Amz-Signature\u003d12\u0026b=1"}"#, #"{"other":"https://h/a"}"#),
        (#"{"n":[{"u":"http://h/?page=1&sig=abc"}]}"#, #"{"n":[{"u":"http://h/"}]}"#),
        (#"{"t":"see https://h/a?b=1&access_token=abc now"}"#, #"{"t":"see https://h/a"}"#),
        (#"{"destination":"https://shop.example/?page=7"}"#, #"{"destination":"https://shop.example/?page=7"}"#),
        (#"{"reasonCode":"lost card? signature needed"}"#, #"{"reasonCode":"lost card? signature needed"}"#),
    ])
    func `signed queries are cut off and nothing else is`(text: String, form: String) throws {
        #expect(try kept(text) == form)
    }

    @Test func `a secret shows in no description, dump or mirror`() {
        let secret = Secret("hush")
        var dumped = ""
        dump(
            Credentials.refreshing(clientID: "id", clientSecret: secret, refreshToken: secret, store: "/x"),
            to: &dumped
        )
        for text in ["\(secret)", String(reflecting: secret), String(describing: [secret]), dumped] {
            #expect(!text.contains("hush"))
        }
        #expect("\(secret)" == "•••")
    }
}
