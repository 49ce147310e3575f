import Foundation
import Recordings
import Testing

@Suite struct `A transcription is recognized` {
    private enum Verdict: Equatable {
        case transcription, doubtful, refused
    }

    private func verdict(_ text: String, _ encoding: String.Encoding = .utf8) throws -> Verdict {
        let bytes = Array(try #require(text.data(using: encoding)))
        let prefix = Array(bytes.prefix(65_536))
        return switch TranscriptionInspection.inspect(prefix: prefix, byteCount: Int64(bytes.count)) {
        case .transcription: .transcription
        case .doubtful: .doubtful
        case .notTranscription, .unknown: .refused
        }
    }

    @Test(arguments: [
        #"{"version":"1","utterances":[{"speaker":"Agent","startTime":1,"text":"Hello"}]}"#,
        #"[{"role":"AGENT","content":"Hello, how can I help?","timestamp":1}]"#,
        #"{"results":{"transcripts":[{"transcript":"hello"}],"items":[]},"status":"COMPLETED"}"#,
        #"{"status":"OK","error":null,"errors":[],"segments":[{"text":"hi","start":0.1}]}"#,
        #"{"monologues":[{"speaker":0,"elements":[{"type":"text","value":"Hi"}]}],"transcript":"Hi"}"#,
        #"{"recognizedPhrases":[{"nBest":[{"display":"Hi."}]}]}"#, #"{"text":"there was an error on my bill"}"#,
        #"{"data":{"conversation":[{"from":"a","text":"hi"}]}}"#,
        "WEBVTT\n\n00:01.000 --> 00:02.000\nHello", "WEBVTT - call\n\n", "\u{feff}WEBVTT\n\n1\n",
        "1\n00:00:01,000 --> 00:00:02,000\nHello\n", "0:00:01.000,0:00:02.000\nHello\n",
        "<?xml version=\"1.0\"?>\n<tt xmlns=\"http://www.w3.org/ns/ttml\"><body/></tt>",
        "<?xml version=\"1.0\"?><!-- a call -->\n<tt:tt xmlns:tt=\"http://www.w3.org/ns/ttml\"><tt:head/></tt:tt>",
        "Agent: Hello, what can I do for you?\nCaller: I would like to pay my bill.\n",
        "[00:01] Hello\n[00:03] Good morning\n", "Agent Smith: good morning",
    ])
    func `by the words that were spoken`(_ text: String) throws {
        #expect(try verdict(text) == .transcription)
        #expect(try verdict("\u{feff}" + text, .utf16LittleEndian) == .transcription)
    }

    @Test(arguments: [
        #"{"status":false,"errorCode":124,"errorMessage":"This recording does not exist."}"#, #"{"status":false}"#,
        #"{"type":"about:blank","title":"Forbidden","status":403,"detail":"signature expired"}"#,
        #"{"title":"Not Found","status":404}"#, #"{"message":"something went wrong","errors":[]}"#,
        #"{"trackingId":"t","errors":[{"description":"d"}]}"#, #"{"trackingId":"t","error":{"key":"500"}}"#,
        #"{"message":"Unauthorized","error":"invalid_token"}"#, #"{"error":"invalid_grant","error_description":"no"}"#,
        #"{"fault":{"faultstring":"Rate limit","detail":{"errorcode":"x"}}}"#,
        #"{"success":false,"text":"no such file"}"#,
        #"{"Code":"NoSuchKey","Message":"The specified key does not exist."}"#, #"{"__type":"AccessDenied"}"#,
        #"{"ok":false,"result":null}"#, #"{"code":404,"reason":"not here"}"#, #"{"statusCode":"500"}"#,
        #"{"error":{"text":"not found","messages":[{"text":"no"}]}}"#, #"[{"errorCode":"NOT_FOUND","message":"x"}]"#,
        #"{"response":{"status":"error"}}"#, #"{"message":"hello"}"#, #"{"message":null}"#, #"{"reason":"gone"}"#, "{}",
        #""not found""#, "null", "<html><body>Sorry</body></html>", "<Error><Code>AccessDenied</Code></Error>",
        "<html><body><tt>Not Found</tt></body></html>", "<?xml version=\"1.0\"?><error><tt/></error>",
        "<?xml version=\"1.0\"?><error/>", "", " \n", "Not Found", "Service Unavailable",
        "The specified key does not exist.", "upstream connect error or disconnect/reset before headers",
        "HTTP/1.1 404 Not Found", "Error: access denied", "RIFF\u{4}\0\0\0WAVEfmt ", "\0\u{1}\u{2}\u{3}",
    ])
    func `and no error, page or nothing is one`(_ text: String) throws {
        #expect(try verdict(text) == .refused)
        if !text.isEmpty, !text.contains("\0") {
            #expect(try verdict("\u{feff}" + text, .utf16LittleEndian) == .refused)
        }
    }

    private static let encodings: [String.Encoding] = [
        .utf8, .utf16, .utf16LittleEndian, .utf16BigEndian, .utf32, .utf32LittleEndian, .utf32BigEndian,
    ]

    @Test(arguments: [
        #"{"status":false,"errorCode":124}"#, #"{"error":{"key":"500"}}"#, "{}", "null", "0", "Internal Server Error",
        "<Error><Code>SlowDown</Code></Error>", #"{"status":false,"errorCode":1"#, #"[{"error":{"key":"#,
    ])
    func `nor is an error with something behind it, or without its end`(_ text: String) throws {
        for rest in ["\n\n", String(repeating: " ", count: 5000), ",", " é", String(repeating: " ", count: 5000) + "é"]
        {
            for encoding in Self.encodings { #expect(try verdict(text + rest, encoding) == .refused) }
        }
    }

    /// Lists without words: a call in which no one spoke has one.
    @Test(arguments: [
        "[]", "[ ]\n", #"{"utterances":[]}"#, #"{"utterances":[{"text":"cut"#, #"{"payload":{"blocks":[{"x":[1]}]}}"#,
        #"{"payload":{"blocks":[{"x":[1]}]"#, #"{"error":"partial","utterances":[{"text":"Hello"}]}"#,
        #"{"speaker":1,"text":"hi"}"# + "\n" + #"{"speaker":2,"text":"hello"}"#,
        "I would like to pay my bill today and ask for a copy of it",
    ])
    func `and what may be one is doubtful`(_ text: String) throws {
        for encoding in Self.encodings { #expect(try verdict(text, encoding) == .doubtful) }
    }

    @Test func `by its names if it is too large to be read whole`() throws {
        let words = (0..<9000).map { #"{"speaker":"a","text":"word \#($0)"}"# }.joined(separator: ",")
        #expect(try verdict(#"{"utterances":["# + words + "]}") == .transcription)
        #expect(try verdict(#"{"x":["# + (0..<40_000).map(String.init).joined(separator: ",") + "]}") == .doubtful)
    }
}
