import Foundation
import Recordings
import Testing
import Transfer

@testable import WebexContactCenter

@Suite struct CaptureBatchTests {
    private let ten = (0..<10).compactMap { TaskID("t\($0)") }

    /// Answers with one recording for each task, unless `status` has another answer for the batch.
    private func provider(_ status: @escaping @Sendable ([String]) -> Int) -> ScriptedExchange {
        ScriptedExchange { request, _ in
            let ids = request.taskIDs
            let code = status(ids)
            guard code == 200 else { return .json(#"{"message":"no"}"#, status: code) }
            let entries = ids.reversed().map { id in
                #"{"taskId":"\#(id)","recording":[{"id":"r","attributes":{"filePath":"https://h.example/\#(id)"}}]}"#
            }
            return .json(#"{"data":[\#(entries.joined(separator: ","))]}"#)
        }
    }

    @Test func `tasks are asked for ten at a time and each once`() async throws {
        let test = try TestCenter(provider { _ in 200 })
        let ids = (0..<25).compactMap { TaskID("t\($0)") }
        let answer = try await test.center.captures(of: ids + ids, options: CaptureOptions())
        #expect(answer.captures.map(\.taskID) == ids)
        #expect(answer.captures.allSatisfy { $0.recordings.count == 1 })
        #expect(test.exchange.requests.map(\.taskIDs.count) == [10, 10, 5])
    }

    @Test func `no request is made about nothing`() async throws {
        let test = try TestCenter(provider { _ in 200 })
        #expect(try await test.center.captures(of: [], options: CaptureOptions()).captures.isEmpty)
        #expect(test.exchange.requests.isEmpty)
    }

    @Test(arguments: [400, 404, 413, 422, 500, 503])
    func `a batch that fails is split until the bad task stands alone`(status: Int) async throws {
        let test = try TestCenter(provider { $0.contains("t3") ? status : 200 }, requestsPerMinute: 10_000)
        let answer = try await test.center.captures(of: ten, options: CaptureOptions())
        #expect(Array(answer.refused.keys) == taskIDs("t3"))
        #expect(answer.refused.values.first?.status == status)
        #expect(answer.captures.map(\.taskID) == ten.filter { $0.description != "t3" })
        #expect(test.exchange.requests.count <= 20)
    }

    @Test func `two bad tasks stand alone each`() async throws {
        let test = try TestCenter(provider { $0.contains("t0") || $0.contains("t9") ? 400 : 200 })
        let answer = try await test.center.captures(of: ten, options: CaptureOptions())
        #expect(Set(answer.refused.keys) == Set(taskIDs("t0", "t9")))
        #expect(answer.captures.count == 8)
    }

    @Test(arguments: [400, 404, 422, 500])
    func `tasks that are refused one by one end nothing, even if no other is asked about`(status: Int) async throws {
        let bad = taskIDs("t0", "t1")
        let test = try TestCenter(provider { $0.contains("t0") || $0.contains("t1") ? status : 200 })
        for asked in [bad, Array(bad.prefix(1))] {
            let answer = try await test.center.captures(of: asked, options: CaptureOptions())
            #expect(answer.refused.keys.sorted() == asked)
            #expect(answer.refused.values.allSatisfy { $0.status == status })
            #expect(answer.captures.isEmpty)
        }
    }

    @Test(arguments: [(400, ProviderError.Code.rejected), (500, .unavailable)])
    func `what meets every task is the question's fault and not the tasks'`(
        status: Int,
        code: ProviderError.Code
    ) async throws {
        let test = try TestCenter(provider { _ in status }, requestsPerMinute: 10_000)
        let error = try await providerError {
            _ = try await test.center.captures(of: ten, options: CaptureOptions())
        }
        #expect(error.code == code)
    }

    @Test func `one task alone is refused alone, and a server that fails on it is a server that fails`() async throws {
        let refusing = try TestCenter(provider { _ in 400 })
        let answer = try await refusing.center.captures(of: taskIDs("t0"), options: CaptureOptions())
        #expect(answer.refused.count == 1)
        #expect(answer.captures.isEmpty)
        let failing = try TestCenter(provider { _ in 503 })
        let error = try await providerError {
            _ = try await failing.center.captures(of: taskIDs("t0"), options: CaptureOptions())
        }
        #expect(error.code == .unavailable)
    }

    @Test(arguments: [401, 403])
    func `a missing right is not split`(status: Int) async throws {
        let test = try TestCenter(provider { _ in status })
        let error = try await providerError {
            _ = try await test.center.captures(of: ten, options: CaptureOptions())
        }
        #expect(error.code == .authorization)
        #expect(test.exchange.requests.count == 1)
    }

    @Test func `entries that name no task are asked for one by one`() async throws {
        let test = try TestCenter(
            ScriptedExchange { request, _ in
                let entries = request.taskIDs.map { id in
                    #"{"recording":[{"id":"r-\#(id)","attributes":{"filePath":"https://h.example/\#(id)"}}]}"#
                }
                return .json(#"{"data":[\#(entries.joined(separator: ","))]}"#)
            }
        )
        let answer = try await test.center.captures(of: taskIDs("a", "b", "c"), options: CaptureOptions())
        #expect(answer.captures.flatMap(\.recordings).map(\.key.recordingID.description) == ["r-a", "r-b", "r-c"])
    }

    @Test func `a task that the answer leaves out has nothing`() async throws {
        let test = try TestCenter(ScriptedExchange { _, _ in .json(#"{"data":[]}"#) })
        let answer = try await test.center.captures(of: taskIDs("a", "b"), options: CaptureOptions())
        #expect(answer.captures.map(\.taskID) == taskIDs("a", "b"))
        #expect(answer.captures.allSatisfy { $0.recordings.isEmpty })
    }

    @Test(arguments: [
        (Duration.seconds(0), 1), (.seconds(90), 1), (.minutes(30), 30), (.hours(60), 60), (.seconds(-5), 1),
    ])
    func `the life of URLs is asked for in minutes from 1 to 60`(duration: Duration, minutes: Int) {
        #expect(CaptureOptions(urlExpiration: duration).urlExpirationMinutes == Int64(minutes))
    }
}
