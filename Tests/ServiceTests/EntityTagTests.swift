import Testing

@testable import Service

/// What conditions of a request say about an entity tag (RFC 9110, section 13.1).
@Suite struct `An entity tag` {
    private let tag = EntityTag("a-1")

    @Test(
        arguments: [
            (nil, false), ("\"a-1\"", true), (" \"a-1\" ", true), ("W/\"a-1\"", true), ("*", true), (" * ", true),
            ("\"b\", \"a-1\"", true), ("\"b\",W/\"a-1\",\"c\"", true), ("\"x,y\", \"a-1\"", true), ("\"b\"", false),
            ("a-1", false), ("\"a-1", false), ("\"*\"", false), ("\"a-1,b\"", false), ("", false), ("\"A-1\"", false),
        ] as [(String?, Bool)]
    )
    func `is named by If-None-Match`(_ header: String?, _ isNamed: Bool) {
        #expect(tag.isNamed(in: header) == isNamed)
    }

    @Test(
        arguments: [
            (nil, true), ("\"a-1\"", true), ("*", true), (" * ", true), ("\"b\", \"a-1\"", true), ("W/\"a-1\"", false),
            ("W/\"a-1\", \"a-1\"", true), ("\"b\"", false), ("a-1", false), ("", false), ("\"*\"", false),
        ] as [(String?, Bool)]
    )
    func `is wanted by If-Match`(_ header: String?, _ isWanted: Bool) {
        #expect(tag.isWanted(by: header) == isWanted)
    }

    @Test(
        arguments: [
            (nil, true), ("\"a-1\"", true), (" \"a-1\"", true), ("W/\"a-1\"", false), ("*", false),
            ("\"b\", \"a-1\"", false), ("Mon, 30 Nov 2026 10:00:00 GMT", false),
        ] as [(String?, Bool)]
    )
    func `permits a part by If-Range`(_ header: String?, _ isPermitted: Bool) {
        #expect(tag.permitsPart(by: header) == isPermitted)
    }
}
