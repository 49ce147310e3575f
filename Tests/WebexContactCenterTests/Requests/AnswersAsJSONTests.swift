import Foundation
import Recordings
import TestSupport
import Testing

@testable import WebexContactCenter

@Suite struct AnswersAsJSONTests {
    @Test func `any cut of a real answer is refused or read and never crashes`() throws {
        let whole = try fixture("captures/documented.json")
        for length in 0..<whole.count { _ = try? JSONReader.value(of: whole.prefix(length)) }
        #expect(throws: JSONReader.Fault.self) { try JSONReader.value(of: whole.prefix(whole.count / 2)) }
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
        let outcome = try await Tool.finish(
            "python3",
            ["-c", script],
            input: original + Data([0]) + Data(form.utf8)
        )
        #expect(outcome.status == 0, "\(outcome.said)")
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
