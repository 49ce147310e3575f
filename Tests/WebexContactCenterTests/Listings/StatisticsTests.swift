import Foundation
import Recordings
import TestSupport
import Testing
import Transfer

@testable import WebexContactCenter

@Suite struct StatisticsWindowTests {
    /// 2025-11-20T08:00:00Z.
    private let eight = Timestamp(millisecondsSince1970: 1_763_625_600_000)
    private let later = Timestamp(millisecondsSince1970: 1_763_791_200_000)

    @Test(
        arguments: [
            (7, 8, nil, 0, 15), (15, 30, nil, 15, 30), (16, 29, .quarter, 15, 30),
            (16, 29, .half, 0, 30), (16, 61, .hour, 0, 120),
        ] as [(Int, Int, StatisticsWindow.Interval?, Int, Int)]
    )
    func `a window is rounded to whole intervals`(
        from: Int,
        to: Int,
        interval: StatisticsWindow.Interval?,
        start: Int,
        end: Int
    ) throws {
        let window = try StatisticsWindow(
            from: eight + .minutes(from),
            to: eight + .minutes(to),
            interval: interval,
            now: later
        )
        #expect(window.from == eight + .minutes(start))
        #expect(window.to == eight + .minutes(end))
    }

    @Test(arguments: [1_100, 1_101, 20_000, 700_000]) func `no more is asked about than is kept`(days: Int) throws {
        let now = Timestamp(millisecondsSince1970: 1_763_596_800_000)
        let window = { try StatisticsWindow(from: now - .hours(24 * days), to: now, now: now) }
        if days > 1_100 {
            #expect(throws: ProviderError.self) { try window() }
        } else {
            #expect(try window().parts.count == 2 * days)
        }
    }

    @Test func `what is not over is not asked for`() throws {
        let now = eight + .minutes(50)
        let window = try StatisticsWindow(from: eight, to: eight + .hours(9), interval: .hour, now: now)
        #expect(window.to == eight + .minutes(45))
        #expect(throws: ProviderError.self) {
            try StatisticsWindow(from: eight + .minutes(46), to: eight + .hours(9), now: now)
        }
    }

    @Test(arguments: [1, 95, 96, 97, 2880]) func `its parts follow one another, each below a day`(quarters: Int) throws
    {
        let end = eight + .minutes(15 * quarters)
        let parts = try StatisticsWindow(from: eight, to: end, now: end).parts
        #expect(parts.first?.lowerBound == eight && parts.last?.upperBound == end)
        #expect(zip(parts, parts.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
        #expect(parts.allSatisfy { $0.upperBound - $0.lowerBound < .hours(24) })
    }
}

@Suite struct StatisticsTests {
    @Test(arguments: ["9223372036854775807", "1e300", "-9223372036854775808", "\"9223372036854775807\"", "1e15"])
    func `numbers that cannot be are left out, told, and end nothing`(number: String) async throws {
        let names = [
            "totalOfferedTasks", "totalEnqueuedTasks", "totalAcceptedTasks", "totalAbandonedTasks",
            "averageEnqueuedTime",
            "averageHandledTime", "totalEngagedDuration", "totalAvailableTime", "serviceLevelThresholdPercentage",
        ]
        let members = names.map { #""\#($0)":\#(number)"# }.joined(separator: ",")
        let row = #"{"queueId":"q","agentId":"a","channelType":"telephony",\#(members)}"#
        let body = #"{"data":[\#(row),\#(row),{"queueId":"r","totalAcceptedTasks":7}]}"#
        let log = LogStore()
        let center = ContactCenter(
            try TestCenter.settings(requestsPerMinute: 10_000),
            exchange: ScriptedExchange { _, _ in .json(body) },
            retry: RetryPolicy(attempts: 1),
            clock: InstantClock(),
            now: { TestCenter.now },
            logger: log.logger
        )
        let queues = try await center.queueStatistics(try window(24))
        #expect(queues.map(\.offered) == [nil, nil])
        #expect(queues.first { $0.queue?.id == "r" }?.accepted == 14)
        let agents = try await center.agentStatistics(try window(24))
        #expect(agents.allSatisfy { $0.engaged == nil && $0.available == nil })
        #expect(log.text.contains("GET queues/statistics: numbers that cannot be are left out"))
        #expect(log.text.contains("totalOfferedTasks"))
    }

    @Test func `an answer that is too large is asked for in parts`() async throws {
        let exchange = ScriptedExchange { request, _ in
            let (from, to) = (Int64(request.query["from"] ?? "") ?? 0, Int64(request.query["to"] ?? "") ?? 0)
            let rows = (to - from) / 3_600_000 > 3 ? String(repeating: "0,", count: 500_000) : ""
            return .json(#"{"data":[\#(rows){"queueId":"q","totalAcceptedTasks":1}]}"#)
        }
        let test = try TestCenter(exchange, requestsPerMinute: 10_000)
        let queues = try await test.center.queueStatistics(try window(24))
        #expect(queues.map(\.accepted) == [8])
    }

    /// 2025-11-20T00:00:00Z.
    private let day = Timestamp(millisecondsSince1970: 1_763_596_800_000)

    private func window(_ hours: Int, _ interval: StatisticsWindow.Interval? = nil) throws -> StatisticsWindow {
        try StatisticsWindow(from: day, to: day + .hours(hours), interval: interval, now: TestCenter.now)
    }

    private func queueRow(_ start: Int64, _ id: String, _ enqueued: Int, _ wait: Double, _ accepted: Int) -> String {
        """
        {"intervalStartTime":\(start),"queueId":"\(id)","queueName":"Queue \(id)","channelType":"telephony",\
        "totalOfferedTasks":\(accepted + 1),"totalEnqueuedTasks":\(enqueued),"totalAcceptedTasks":\(accepted),\
        "totalRejectedTasks":1,"totalAbandonedTasks":0,"averageEnqueuedTime":\(wait),"averageHandledTime":1000.5}
        """
    }

    @Test func `one window is returned as the provider gives it`() async throws {
        let row = queueRow(day.millisecondsSince1970, "q", 7, 20349.12, 5)
        let test = try TestCenter(ScriptedExchange { _, _ in .json(#"{"meta":{},"data":[\#(row)]}"#) })
        let rows = try await test.center.queueStatistics(try window(12))
        #expect(test.exchange.requests.count == 1)
        #expect(test.exchange.requests[0].query["interval"] == nil)
        let found = try #require(rows.first)
        #expect(found.queue == NamedReference(id: "q", name: "Queue q"))
        #expect([found.offered, found.enqueued, found.accepted, found.rejected, found.abandoned] == [6, 7, 5, 1, 0])
        #expect(found.averageEnqueuedTime == 20349.12)
        #expect(found.serviceLevelPercentage == nil)
    }

    @Test func `over several windows counts add up and averages weigh what they count`() async throws {
        let waits = [100.0, 400.0]
        let counts = [3, 1]
        let test = try TestCenter(
            ScriptedExchange { [self] request, index in
                let start = Int64(request.query["from"] ?? "") ?? 0
                return .json(#"{"data":[\#(queueRow(start, "q", counts[index], waits[index], 2))]}"#)
            }
        )
        let rows = try await test.center.queueStatistics(try window(24))
        #expect(rows.count == 1)
        #expect(rows[0].intervalStart == day)
        #expect(rows[0].enqueued == 4)
        #expect(rows[0].averageEnqueuedTime == 175)
        #expect(rows[0].averageHandledTime == 1000.5)
    }

    @Test func `an average without a weight is nil`() async throws {
        let test = try TestCenter(
            ScriptedExchange { [self] request, index in
                let start = Int64(request.query["from"] ?? "") ?? 0
                // The contacts that ended in the second window began in the first.
                return .json(#"{"data":[\#(queueRow(start, "q", index == 0 ? 4 : 0, 250, 2))]}"#)
            }
        )
        let rows = try await test.center.queueStatistics(try window(24))
        #expect(rows[0].enqueued == 4)
        #expect(rows[0].averageEnqueuedTime == nil)
    }

    @Test func `intervals stay apart, and each is asked for once`() async throws {
        let test = try TestCenter(
            ScriptedExchange { [self] request, _ in
                let (from, to) = (Int64(request.query["from"] ?? "") ?? 0, Int64(request.query["to"] ?? "") ?? 0)
                let starts = stride(from: from, to: to, by: 3_600_000)
                return .json(#"{"data":[\#(starts.map { queueRow($0, "q", 1, 1, 1) }.joined(separator: ","))]}"#)
            }
        )
        let rows = try await test.center.queueStatistics(try window(24, .hour))
        #expect(rows.map(\.intervalStart) == (0..<24).map { day + .hours($0) })
        #expect(test.exchange.requests.allSatisfy { $0.query["interval"] == "60" })
    }

    @Test func `more than a hundred are asked for in parts`() async throws {
        let test = try TestCenter(ScriptedExchange { _, _ in .json(#"{"data":[]}"#) })
        let queues = (0..<250).map { "q\($0)" } + ["q1"]
        _ = try await test.center.queueStatistics(try window(1), queues: queues)
        let asked = test.exchange.requests.map { $0.query["queueIds"]?.split(separator: ",").count ?? 0 }
        #expect(asked == [100, 100, 50])
    }

    private static let agentRow = #"""
        {"intervalStartTime":1763596800000,"agentId":"a","agentName":"Ada","teamId":"t","teamName":"Team","channels":[
        {"channelType":"telephony","totalAcceptedTasks":"4","totalEngagedDuration":502000,"totalHoldDuration":null,
        "totalUnAvailableTime":5,"averageHandledTime":131250.5},{"channelType":"chat","totalAcceptedTasks":1}]}
        """#
    private static let earlyRow = #"""
        {"intervalStartTime":1763596800000,"agentId":"a","agentName":"Ada","totalAvailableTime":7,"channel":[
        {"channelId":"telephony","totalAcceptedTasks":4,"averageHandleTime":9}]}
        """#

    @Test func `agents have a row for each channel`() async throws {
        let test = try TestCenter(ScriptedExchange { _, _ in .json(#"{"data":[\#(Self.agentRow)]}"#) })
        let rows = try await test.center.agentStatistics(try window(1))
        #expect(rows.map(\.channelType) == ["telephony", "chat"])
        #expect(rows.map(\.accepted) == [4, 1])
        #expect(rows[0].engaged == .seconds(502) && rows[0].hold == nil && rows[0].unavailable == .milliseconds(5))
        #expect(rows[0].averageHandledTime == 131250.5)
        #expect(rows[0].team?.name == "Team")
    }

    @Test func `the early-access platform's spelling is read, and given an interval`() async throws {
        let test = try TestCenter(
            ScriptedExchange { _, _ in .json(#"{"data":[\#(Self.earlyRow)]}"#) },
            dialect: .earlyAccess
        )
        let rows = try await test.center.agentStatistics(try window(1))
        #expect(test.exchange.requests[0].query["interval"] == "15")
        #expect(rows[0].channelType == "telephony" && rows[0].available == .milliseconds(7))
        #expect(rows[0].averageHandledTime == 9)
    }

    @Test(arguments: [403, 404, 410]) func `a provider that keeps none says so`(status: Int) async throws {
        let test = try TestCenter(ScriptedExchange { _, _ in .json("{}", status: status) })
        let error = try await providerError { _ = try await test.center.queueStatistics(try window(1)) }
        #expect(error.status == status)
        #expect(test.exchange.requests.count == 1)
    }

    private static func contact(_ id: String, _ begin: Int, _ end: Int, _ more: String) -> String {
        """
        {"id":"\(id)","createdTime":\(1_763_596_800_000 + begin * 60_000),\
        "endedTime":\(1_763_596_800_000 + end * 60_000),"channelType":"telephony",\
        "lastQueue":{"id":"q","name":"Billing"},\(more)}
        """
    }

    private func searched() throws -> TestCenter {
        let agent = #""lastAgent":{"id":"a","name":"Ada"},"lastTeam":{"id":"t","name":"Team"},"connectedCount":1"#
        let contacts = [
            Self.contact("1", -20, 10, agent + #","queueDuration":1000,"connectedDuration":60000,"holdDuration":500"#),
            Self.contact("2", 20, 25, agent + #","queueDuration":3000,"connectedDuration":20000,"wrapupDuration":400"#),
            Self.contact("3", 50, 70, agent),
            Self.contact("4", 55, 56, #""terminationType":"abandoned","connectedCount":0,"queueDuration":8000"#),
            Self.contact("5", 65, 66, agent),
        ]
        let list = contacts.joined(separator: ",")
        return try TestCenter(
            ScriptedExchange { request, _ in
                let isFirst = (try? request.variables["from"] as? Int64).map { $0 < 1_763_596_800_000 } ?? false
                return .json(
                    #"{"data":{"taskDetails":{"tasks":[\#(isFirst ? list : "")],"pageInfo":{"hasNextPage":false}}}}"#
                )
            }
        )
    }

    @Test func `counted from Search, contacts count where they began, and their times where they ended`() async throws {
        let rows = try await searched().center.searchedQueueStatistics(try window(1))
        #expect(rows.count == 1)
        let row = try #require(rows.first)
        #expect([row.enqueued, row.accepted, row.abandoned] == [3, 2, 1])
        #expect(row.offered == nil && row.rejected == nil && row.serviceLevelPercentage == nil)
        #expect(row.averageEnqueuedTime == 4000)
        #expect(row.averageHandledTime == 40_250.0)
        #expect(try await searched().center.searchedQueueStatistics(try window(1), queues: ["other"]) == [])
    }

    @Test func `counted from Search, no contact counts as abandoned if nothing says how contacts ended`()
        async throws
    {
        let contacts = [
            Self.contact("1", 20, 25, #""connectedCount":1"#), Self.contact("2", 30, 35, #""isActive":false"#),
        ]
        func abandoned(_ more: String...) async throws -> [Int?] {
            let list = (contacts + more).joined(separator: ",")
            let test = try TestCenter(
                ScriptedExchange { request, _ in
                    let isFirst = (try? request.variables["from"] as? Int64).map { $0 < 1_763_596_800_000 } ?? false
                    let tasks = isFirst ? list : ""
                    return .json(#"{"data":{"taskDetails":{"tasks":[\#(tasks)],"pageInfo":{"hasNextPage":false}}}}"#)
                }
            )
            return try await test.center.searchedQueueStatistics(try window(1)).map(\.abandoned)
        }
        #expect(try await abandoned() == [nil])
        #expect(try await abandoned(Self.contact("3", 40, 41, #""terminationType":"normal""#)) == [0])
        #expect(try await abandoned(Self.contact("3", 40, 41, #""isActive":true"#)) == [0])
    }

    @Test func `counted from Search, agents' availability is that of their sessions`() async throws {
        let channels =
            #"[{"channelType":"telephony","ringingCount":3,"notRespondedCount":1,"availableDuration":900},"#
            + #"{"channelType":"chat","ringingCount":0,"availableDuration":5,"idleDuration":7},"#
            + #"{"channelType":"chat","ringingCount":2,"availableDuration":5,"idleDuration":7}]"#
        let session = #"{"agentSessionId":"s","agentId":"a","startTime":1763596800000,"channelInfo":\#(channels)}"#
        let test = try TestCenter(
            ScriptedExchange { request, _ in
                let list =
                    request.document.contains("agentSession(")
                    ? #""agentSession":{"agentSessions":[\#(session),{"agentId":"b"}]"# : #""taskDetails":{"tasks":[]"#
                return .json(#"{"data":{\#(list),"pageInfo":{"hasNextPage":false}}}}"#)
            }
        )
        let rows = try await test.center.searchedAgentStatistics(try window(1))
        #expect(rows.map(\.channelType) == ["chat", "telephony"])
        #expect(rows.map(\.offered) == [2, 3] && rows.map(\.rejected) == [nil, 1])
        #expect(rows.map(\.available) == [.milliseconds(5), .milliseconds(900)])
        #expect(rows[0].unavailable == .milliseconds(7))
        let before = test.exchange.requests.count
        _ = try await test.center.searchedAgentStatistics(try window(1, .quarter))
        #expect(!test.exchange.requests.dropFirst(before).contains { $0.document.contains("agentSession(") })
    }

    @Test func `counted from Search, agents have what their contacts tell`() async throws {
        let rows = try await searched().center.searchedAgentStatistics(try window(1, .half))
        #expect(rows.map(\.intervalStart) == [day, day + .minutes(30)])
        #expect(rows.map(\.accepted) == [1, 1])
        #expect(rows[0].engaged == .seconds(80) && rows[0].hold == .milliseconds(500))
        #expect(rows[0].wrapUp == .milliseconds(400) && rows[0].team?.name == "Team")
        #expect(rows[0].available == nil && rows[0].offered == nil)
        #expect(rows[1].engaged == nil)
    }
}
