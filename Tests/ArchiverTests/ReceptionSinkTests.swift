import DailyArchive
import Foundation
import Testing
import Transfer

@testable import Archiver

@Suite struct `A recording that arrives in pieces` {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "callark-sink-\(UUID())").path

    private func sink() async throws -> ReceptionSink {
        try await ReceptionSink(budget: MemoryBudget(bytes: 1 << 20), partPath: folder + "/a.part", observer: { _ in })
    }

    private func head(_ status: Int, _ headers: HTTPHeaders, length: Int64) -> ResponseHead {
        ResponseHead(status: status, headers: headers, contentLength: length)
    }

    private func receive(_ count: Int, _ sink: ReceptionSink) {
        let bytes = [UInt8](repeating: 7, count: count)
        _ = bytes.withUnsafeBytes { sink.receive($0) }
    }

    @Test func `is whole only when all of it is there, whatever a range was answered with`() async throws {
        let sink = try await sink()
        sink.beginAttempt()
        _ = sink.begin(head(200, ["ETag": "\"a\""], length: 100), resumption: Resumption {})
        receive(40, sink)
        #expect(sink.isWhole == false)
        #expect(try #require(sink.continuation) == (40, "\"a\""))

        sink.beginAttempt()
        let part: HTTPHeaders = ["ETag": "\"a\"", "Content-Range": "bytes 40-69/100"]
        _ = sink.begin(head(206, part, length: 30), resumption: Resumption {})
        receive(30, sink)
        #expect(sink.findings.objection == nil)
        #expect(sink.isWhole == false)

        sink.beginAttempt()
        let rest: HTTPHeaders = ["ETag": "\"a\"", "Content-Range": "bytes 70-99/100"]
        _ = sink.begin(head(206, rest, length: 30), resumption: Resumption {})
        receive(30, sink)
        #expect(sink.isWhole == true)
        #expect(sink.finish().byteCount == 100)
    }

    @Test(arguments: ["\"b\"", "W/\"a\"", nil]) func `is not gone on with out of another object`(tag: String?)
        async throws
    {
        let sink = try await sink()
        sink.beginAttempt()
        _ = sink.begin(head(200, ["ETag": "\"a\""], length: 100), resumption: Resumption {})
        receive(40, sink)
        sink.beginAttempt()
        var headers: HTTPHeaders = ["Content-Range": "bytes 40-99/100"]
        headers["ETag"] = tag
        #expect(sink.begin(head(206, headers, length: 60), resumption: Resumption {}) == .refuse)
        #expect(sink.findings.objection == .objectChanged)
    }

    @Test func `cannot be gone on with by a weak tag`() async throws {
        let sink = try await sink()
        sink.beginAttempt()
        _ = sink.begin(head(200, ["ETag": "W/\"a\""], length: 100), resumption: Resumption {})
        receive(40, sink)
        #expect(sink.continuation == nil)
    }

    @Test func `gets no memory that an earlier attempt waited for`() async throws {
        let budget = MemoryBudget(bytes: 4 << 10)
        let sink = try await ReceptionSink(budget: budget, partPath: folder + "/b.part", observer: { _ in })
        var held = budget.reserve(4 << 10) { _ in }
        #expect(held != nil)
        for _ in 0..<2 {
            sink.beginAttempt()
            #expect(sink.begin(head(200, [:], length: 1000), resumption: Resumption {}) == .pause)
        }
        held = nil
        receive(1000, sink)
        #expect(sink.isWhole == true)
        #expect(budget.reservedBytes == 1000)
    }

    @Test(arguments: [Int64.max, 1 << 62, 1 << 40]) func `is refused where there is no room for what the server says`(
        _ length: Int64
    ) async throws {
        let sink = try await ReceptionSink(
            budget: MemoryBudget(bytes: 1 << 20),
            partPath: folder + "/c.part",
            observer: { _ in }
        ) { bytes throws(ArchiveError) in
            guard bytes < 1 << 30 else {
                let space = DiskSpace(freeBytes: 1 << 30, totalBytes: 1 << 30)
                throw .heldBack("/archive", DiskShortage(space: space, neededBytes: bytes))
            }
        }
        sink.beginAttempt()
        #expect(sink.begin(head(200, [:], length: length), resumption: Resumption {}) == .refuse)
        guard case .storage(let error) = sink.findings.objection else {
            Issue.record("not refused for want of room")
            return
        }
        #expect(error.code == .heldBack)
        #expect(!FileManager.default.fileExists(atPath: folder + "/c.part"))
    }
}
