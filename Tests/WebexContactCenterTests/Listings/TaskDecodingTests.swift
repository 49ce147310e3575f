import Foundation
import Recordings
import Testing

@testable import WebexContactCenter

@Suite struct TaskDecodingTests {
    private func decoded(_ data: Data) throws -> TaskListAnswer {
        let from = Timestamp(millisecondsSince1970: 1_760_000_000_000)
        let question = ListingWalk.Question(from: from, to: from + .hours(24), pageSize: 1000)
        return try TaskListAnswer(try JSONReader.reading(of: data), asked: question, now: question.to)
    }

    @Test func `a task as documented is read in full`() throws {
        let answer = try decoded(try fixture("tasks/documented.json"))
        let task = try #require(answer.tasks.first)
        #expect(task.id.description == "aaaaaaaa-0000-4000-8000-000000000001")
        #expect(task.createdTime.millisecondsSince1970 == 1_760_000_000_123)
        #expect(task.lastUpdatedTime?.millisecondsSince1970 == 1_760_000_300_456)
        #expect(task.channelType == "telephony")
        #expect(task.status.isTerminal)
        #expect(task.captureRequest == .requested)
        #expect(task.json.description.contains(#""reasonCode":"Payment""#))
        #expect(answer.anomalies.isEmpty)
    }

    @Test func `whatever a task may lack does not lose it`() throws {
        let answer = try decoded(try fixture("tasks/hostile.json"))
        #expect(answer.rowCount == 10)
        let byID = Dictionary(uniqueKeysWithValues: answer.tasks.map { ($0.id.description, $0) })
        #expect(
            Set(byID.keys) == [
                "null-owner", "strings", "empty-strings", "unknown-words", "no-time", "AWxyz-abc_123", "flat",
                "seconds",
            ]
        )
        #expect(byID["null-owner"]?.captureRequest == .undetermined)
        #expect(byID["strings"]?.createdTime.millisecondsSince1970 == 1_760_000_000_300)
        #expect(byID["strings"]?.captureRequest == .notRequested)
        #expect(byID["unknown-words"]?.status.description == "parked")
        #expect(byID["unknown-words"]?.channelType == "workItem")
        #expect(byID["flat"]?.createdTime.millisecondsSince1970 == 1_760_000_000_800)
        #expect(byID["seconds"]?.lastUpdatedTime == nil)
        #expect(
            answer.anomalies.map(\.code) == [
                .missingCreatedTime, .unreadableTask,
            ]
        )
        #expect(answer.anomalies.map(\.tasks.count) == [2, 0])
        #expect(byID["no-time"]?.createdTime.millisecondsSince1970 == 1_760_000_000_500)
    }

    @Test func `numbers beyond a double's precision and unknown fields are kept to the digit`() throws {
        let answer = try decoded(try fixture("tasks/hostile.json"))
        let task = try #require(answer.tasks.first { $0.id.description == "unknown-words" })
        #expect(task.json.description.contains(#""big":9007199254740993"#))
        #expect(task.json.description.contains(#""price":1.10"#))
        #expect(task.json.description.contains(#""nested":{"a":[1,2.0e3,null],"z":true}"#))
    }

    @Test(arguments: [#"{}"#, #"{"data":null}"#, #"{"data":{}}"#, #"[]"#, #""data""#, "null", #"{"data":"none"}"#])
    func `an answer without a list is no empty list`(text: String) throws {
        let error = #expect(throws: ProviderError.self) { try decoded(Data(text.utf8)) }
        #expect(error?.code == .malformed)
    }
}
