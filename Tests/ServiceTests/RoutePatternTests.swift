import HTTPTypes
import Testing
import Text

@testable import Service

@Suite struct `A route` {
    @Test(
        arguments: [
            ("/", "/", [:]), ("/", "/a", nil), ("/a", "/a", [:]), ("/a", "/a/", nil), ("/a", "/A", nil),
            ("/a", "a", nil),
            ("/a/{x}", "/a/b", ["x": "b"]), ("/a/{x}", "/a/", nil), ("/a/{x}", "/a/b/c", nil),
            ("/a/{x}", "/a/b%2Fc", ["x": "b/c"]), ("/a/{x}", "/a/b%2fc%20d", ["x": "b/c d"]),
            ("/a/{x}", "/a/%2e%2e", ["x": ".."]), ("/a/{x}", "/a/%", nil), ("/a/{x}", "/a/%2", nil),
            ("/a/{x}", "/a/%zz", nil), ("/a/{x}", "/a/%00", nil), ("/a/{x}", "/a/%ff", nil),
            ("/a/{x}", "/a/%c3%a9", ["x": "é"]), ("/a/{x}", "/a/+", ["x": "+"]),
            ("/a/{x}/{y}", "/a/1/2", ["x": "1", "y": "2"]), ("/a/{x}/b", "/a/1/b", ["x": "1"]),
            ("/a/{x}/b", "/a//b", nil), ("/%61", "/a", nil), ("/a", "/%61", nil),
            ("/t/{r...}", "/t/a/b/c", ["r": "a/b/c"]), ("/t/{r...}", "/t/a", ["r": "a"]), ("/t/{r...}", "/t/", nil),
            ("/t/{r...}", "/t", nil), ("/t/{r...}", "/t/a//b", nil), ("/t/{r...}", "/t/%2e%2e/b", nil),
        ] as [(String, String, [String: String]?)]
    )
    func `has a pattern`(_ pattern: String, _ path: String, _ values: [String: String]?) {
        #expect(RoutePattern(pattern).match(path[...]) == values)
    }

    private static let table = RouteTable(routes: [
        Route(.get, "/a") { _ in Answer() }, Route(.post, "/a") { _ in Answer() },
        Route(.delete, "/b/{x}") { _ in Answer() }, Route(.get, "/b/c") { _ in Answer() },
    ])

    @Test func `is found by path and method`() throws {
        #expect(try Self.table.find(.get, "/a").route.method == .get)
        #expect(try Self.table.find(.head, "/a").route.method == .get)
        #expect(try Self.table.find(.post, "/a").route.method == .post)
        #expect(try Self.table.find(.delete, "/b/c").values == ["x": "c"])
    }

    @Test(arguments: [("PUT", "/a", 405, "GET, HEAD, POST"), ("GET", "/b/d", 405, "DELETE"), ("GET", "/c", 404, nil)])
    func `that is not there is a problem`(_ method: String, _ path: String, _ status: Int, _ allowed: String?) throws {
        let method = try #require(HTTPRequest.Method(rawValue: method))
        let problem = #expect(throws: Problem.self) { try Self.table.find(method, path[...]) }
        #expect(problem?.status.code == status)
        #expect(problem?.headers[.allow] == allowed)
    }

    @Test(
        arguments: [
            ("", nil), ("a=1", nil), ("a=1&b=2&b=3", nil), ("a=%20+", nil), ("a=1&a=2", "bad_parameter"),
            ("c=1", "unknown_parameter"), ("a=%", "bad_query"), ("a=%ff", "bad_query"), ("%zz=1", "bad_query"),
            ("=1", "unknown_parameter"), ("a", nil), ("&&", nil),
        ] as [(String, String?)]
    )
    func `takes the parameters that it knows`(_ query: String, _ code: String?) {
        do throws(Problem) {
            _ = try QueryItems(query, known: ["a", "b"], repeatable: ["b"])
            #expect(code == nil)
        } catch {
            #expect(error.code == code)
            #expect(error.status == .badRequest)
        }
    }

    @Test func `reads parameters decoded`() throws {
        let items = try QueryItems("a=x%26y+z%2B&b=1&b=2", known: ["a", "b"], repeatable: ["b"])
        #expect(items["a"] == "x&y z+")
        #expect(items.all("b") == ["1", "2"])
        #expect(items["c"] == nil)
    }

    @Test func `what is encoded is decoded to the same`() {
        for text in ["", "a/b", "é +%&=?#", "..", "~-._", "\u{1F600}"] {
            #expect(PercentCoding.decoded(PercentCoding.encoded(text)) == text)
            #expect(PercentCoding.encoded(text).utf8.allSatisfy { $0 < 128 && $0 != UInt8(ascii: "/") })
        }
    }
}
