import Foundation
import Recordings
import Testing
import Transfer

@testable import WebexContactCenter

/// Answers to legacy queries, whose form is not published (wxcc-api 13.4, 13.5).
@Suite struct LegacyAnswerTests {
    private static let query =
        #"{"numberOfRecords":3,"aggregations":[{"computeColumnName":"sid"},{"computeColumnName":"agentName"}]}"#

    private func answer(_ body: Data, type: String? = nil, to query: String = query) throws -> LegacyAnswer {
        let headers = type.map { HTTPHeaders([("Content-Type", $0)]) } ?? [:]
        let response = HTTPResponse(status: 200, headers: headers, body: body)
        return LegacyAnswer(response, to: try LegacyQuery(Data(query.utf8)))
    }

    private func rows(_ body: String, type: String? = nil, to query: String = query) throws -> LegacyRows {
        try answer(Data(body.utf8), type: type, to: query).rows.get()
    }

    private func cells(_ rows: LegacyRows) -> [[String]] { rows.rows.map { $0.map(\.shown) } }

    @Test(arguments: [
        "sid,agentName\r\ns-1,Ada\r\ns-2,\"O\"\"Neill, Jr\"\r\n",
        "\u{FEFF}sid,agentName\ns-1,Ada\ns-2,\"O\"\"Neill, Jr\"",
        "\"SID\",\"agentname\"\r\n\"s-1\",\"Ada\"\r\n\r\n\"s-2\",\"O\"\"Neill, Jr\"\r\n",
        "Contact Session,Agent\r\ns-1,Ada\r\ns-2,\"O\"\"Neill, Jr\"\r\n",
        "sid_0,Agent\r\ns-1,Ada\r\ns-2,\"O\"\"Neill, Jr\"\r\n",
    ])
    func `CSV is read, and its columns get the query's names`(text: String) throws {
        let rows = try rows(text, type: "text/csv;charset=UTF-8")
        #expect(rows.columns.map { $0.lowercased() } == ["sid", "agentname"])
        #expect(cells(rows) == [["s-1", "Ada"], ["s-2", "O\"Neill, Jr"]])
        #expect(rows.shortfall == nil)
    }

    @Test func `a field may have line breaks`() throws {
        let rows = try rows("sid,agentName\r\ns-1,\"two\r\nlines\"\r\n")
        #expect(cells(rows) == [["s-1", "two\r\nlines"]])
    }

    @Test func `a header of another width stays as it is`() throws {
        #expect(try rows("a,b,c\r\n1,2,3\r\n").columns == ["a", "b", "c"])
        let twice = #"{"aggregations":[{"computeColumnName":"sid"},{"computeColumnName":"sid"}]}"#
        #expect(try rows("total,answered\r\n1,2\r\n", to: twice).columns == ["total", "answered"])
    }

    @Test func `a grouped answer has the groups' columns first`() throws {
        let query = """
            {"aggregateQueryProperties":{"rowSegmentSet":[{"columnName":"queueName","name":"Queue"}]},
            "aggregations":[{"aggregationType":"COUNT","computeColumnName":"sid"}]}
            """
        #expect(try rows("Queue,Count\r\nSales,7\r\n", to: query).columns == ["queueName", "sid"])
    }

    /// Rows of which each has another column.
    private static let manyColumns: Data = {
        let rows: [String] = (1...3000).map { "{\"c\($0)\":0}" }
        return Data("[\(rows.joined(separator: ","))]".utf8)
    }()

    static let unreadable: [(Data, String)] = [
        (Data(), "empty"), (Data(" \r\n".utf8), "empty"), (Data("<html><body>Sign in</body></html>".utf8), "HTML"),
        (Data("sid,agentName\r\ns-1\r\n".utf8), "line 2 of the answer has 1 fields"),
        (Data("sid,agentName\r\ns-1,\"never closed\r\n".utf8), "line 2: a quote is never closed"),
        (Data("sid,agentName\r\ns-1,Ad\"a\r\n".utf8), "line 2: a quote inside"),
        (Data("sid,agentName\r\ns-1,M".utf8) + [0xFC, 0x0A], "UTF-8"), (Data([0xFF, 0xFE, 0x73, 0x00]), "UTF-16"),
        (Data("{\"data\":".utf8), "no JSON"), (Data("{\"error\":\"busy\"}".utf8), "without an array \"data\""),
        (Data("{\"data\":[7]}".utf8), "row 1"), (Data("{\"columns\":[\"a\"],\"data\":[[1,2]]}".utf8), "row 1"),
        (manyColumns, "too many columns"),
    ]

    @Test(arguments: unreadable)
    func `what cannot be read is reported, and its body kept`(body: Data, words: String) throws {
        let answer = try answer(body)
        #expect(answer.body == body)
        let fault = #expect(throws: LegacyAnswer.Unreadable.self) { _ = try answer.rows.get() }
        #expect(try #require(fault).description.contains(words), "\(fault?.description ?? "")")
    }

    @Test(arguments: [
        #"{"columns":["sid","cstts"],"data":[["s-1",1612238768144],["s-2",null]]}"#,
        #"{"columns":[{"computeColumnName":"sid"},{"name":"cstts"}],"data":[["s-1",1612238768144],["s-2",null]]}"#,
        #"{"data":[{"sid":"s-1","cstts":1612238768144},{"sid":"s-2"}]}"#,
        #"[{"sid":"s-1","cstts":1612238768144},{"cstts":null,"sid":"s-2"}]"#,
    ])
    func `rows may be objects or arrays`(text: String) throws {
        let rows = try rows(text)
        #expect(rows.columns == ["sid", "cstts"])
        #expect(rows.rows == [[.string("s-1"), .number("1612238768144")], [.string("s-2"), .null]])
    }

    @Test(arguments: [
        (#"{"datasetMetadata":{"isComplete":false},"data":[]}"#, "not complete"),
        (#"{"datasetMetadata":{"isComplete":"false","numberOfRecordsFound":9},"data":[{"a":1}]}"#, "1 of 9 rows"),
        (#"{"datasetMetadata":{"numberOfRecordsFound":2},"data":[{"a":1}]}"#, "1 of 2 rows"),
        (
            #"{"datasetMetadata":{"isComplete":true,"numberOfRecordsInDataset":5},"data":[{"a":1}]}"#,
            "says that it has 5"
        ),
        (#"[{"a":1},{"a":2},{"a":3}]"#, "as many as numberOfRecords allows"),
        ("sid,agentName\r\n1,a\r\n2,b\r\n3,c\r\n", "as many as numberOfRecords allows"),
    ])
    func `rows that may be missing are reported`(text: String, words: String) throws {
        #expect(try #require(try rows(text).shortfall).contains(words))
    }

    @Test func `an answer that says that it is complete is`() throws {
        let text = #"{"datasetMetadata":{"isComplete":true,"numberOfRecordsFound":1},"data":[{"a":1}]}"#
        let rows = try rows(text)
        #expect(rows.isComplete == true && rows.found == 1 && rows.shortfall == nil)
    }

    @Test func `numbers of records say nothing of rows that count them`() throws {
        let query = #"{"numberOfRecords":1,"aggregations":[{"aggregationType":"COUNT","computeColumnName":"sid"}]}"#
        let text = #"{"datasetMetadata":{"isComplete":true,"numberOfRecordsFound":90,"numberOfRecordsInDataset":90},"#
        #expect(try rows(text + #""data":[{"sid":90}]}"#, to: query).shortfall == nil)
    }
}
