import Testing

@testable import Transfer

/// How a server identifies the bytes that it sends.
@Suite struct `A validator` {
    private static let date = "Wed, 21 Oct 2015 07:28:00 GMT"

    @Test func `is the entity tag, else the date`() {
        #expect(HTTPHeaders([("Last-Modified", Self.date), ("ETag", "\"a\"")]).validator == "\"a\"")
        #expect(HTTPHeaders([("last-modified", Self.date)]).validator == Self.date)
        #expect(HTTPHeaders([("Date", Self.date)]).validator == nil)
    }

    @Test(arguments: [
        ("\"a\"", "If-None-Match"), ("W/\"21 Oct 2015\"", "If-None-Match"), ("unquoted", "If-None-Match"),
        ("", "If-None-Match"), (date, "If-Modified-Since"), ("Sun Nov  6 08:49:37 1994", "If-Modified-Since"),
    ])
    func `is asked for by the condition of its kind`(_ validator: String, _ header: String) {
        #expect(HTTPHeaders.condition(on: validator) == header)
    }
}
