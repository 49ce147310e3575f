import Foundation
import Testing

@testable import WebexContactCenter

@Suite struct ErrorBodyTests {
    @Test(arguments: [
        (
            #"{"trackingId":"T1","error":{"key":"400","message":[{"description":"from is required"}]}}"#,
            "from is required", "T1"
        ),
        (#"{"trackingid":"T2","error":{"key":401,"message":[{"description":"a"},{"description":"b"}]}}"#, "a: b", "T2"),
        (#"{"timestamp":"x","status":405,"error":"Method Not Allowed","path":"/v1/x"}"#, "Method Not Allowed", nil),
        (#"{"error":{"key":"400","message":"flat"},"reason":"name missing"}"#, "flat: name missing", nil),
        (
            #"{"message":"invalid","errors":[{"description":"invalid"},{"message":"gone"}],"trackingId":"ROUTER_1"}"#,
            "invalid: gone", "ROUTER_1"
        ),
        (#"{"error":"invalid_grant","error_description":"expired"}"#, "invalid_grant: expired", nil),
        (#"{"error":null,"message":[],"x":1}"#, nil, nil),
        ("", nil, nil),
        ("   \r\n ", nil, nil),
        ("<html><head><title>502</title></head>\n<body>Bad <b>Gateway</b></body></html>", "502 Bad Gateway", nil),
        ("<?xml version='1.0'?><Error><Code>SlowDown</Code></Error>", "SlowDown", nil),
        ("plain\n text\u{0} here", "plain text here", nil),
        (#"["an array"]"#, #"["an array"]"#, nil),
        (#"{"message":"see https://h/a?X-Amz-Signature=abc"}"#, "see https://h/a", nil),
    ])
    func `every shape of an error is read`(body: String, text: String?, trackingID: String?) {
        let read = ErrorBody(Data(body.utf8))
        #expect(read.text == text)
        #expect(read.trackingID == trackingID)
    }

    @Test func `a long page is shortened to one line`() {
        let read = ErrorBody(Data(String(repeating: "word\n", count: 10_000).utf8))
        #expect((read.text?.count ?? 0) <= 301)
        #expect(read.text?.contains("\n") == false)
    }

    @Test(arguments: [
        ("missing or malformed Authorization header", true), ("Invalid access token", true),
        ("requires HTTP authentication", true), ("from is required", false), ("", false),
    ])
    func `an error about the token is distinguished from one about the question`(text: String, expected: Bool) {
        #expect(ErrorBody(Data(#"{"message":"\#(text)"}"#.utf8)).speaksOfAuthorization == expected)
    }
}
