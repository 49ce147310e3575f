import DailyArchive
import Files
import Foundation
import Synchronization
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

    @Test(arguments: ["\"b\"", "W/\"a\"", nil]) func `is not resumed from another object`(tag: String?)
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

    @Test func `cannot be resumed with a weak tag`() async throws {
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

    @Test(arguments: [Int64(1) << 36, 1 << 31]) func `is refused if there is no room for what the server says`(
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

    @Test(arguments: [Int64.max, 1 << 62, 1 << 40, (1 << 36) + 1] as [Int64])
    func `is refused if it claims an impossible size`(
        _ length: Int64
    ) async throws {
        let sink = try await ReceptionSink(
            budget: MemoryBudget(bytes: 1 << 20),
            partPath: folder + "/d.part",
            observer: { _ in }
        ) { _ throws(ArchiveError) in Issue.record("the disk is asked for room") }
        sink.beginAttempt()
        #expect(sink.begin(head(200, [:], length: length), resumption: Resumption {}) == .refuse)
        #expect(sink.findings.objection == .tooLarge(length))
        sink.beginAttempt()
        let range: HTTPHeaders = ["Content-Range": "bytes 0-9/\(length)", "ETag": "\"a\""]
        #expect(sink.begin(head(206, range, length: 10), resumption: Resumption {}) == .refuse)
        #expect(sink.findings.objection == .tooLarge(length))
    }

    @Test(arguments: [true, false]) func `is whole by a range that is all of it, asked for or not`(
        isAsked: Bool
    ) async throws {
        let sink = try await sink()
        if isAsked {
            sink.beginAttempt()
            _ = sink.begin(head(200, ["ETag": "\"a\""], length: 100), resumption: Resumption {})
            receive(40, sink)
        }
        sink.beginAttempt()
        let whole: HTTPHeaders = ["ETag": "\"b\"", "Content-Range": "bytes 0-99/100"]
        #expect(sink.begin(head(206, whole, length: 100), resumption: Resumption {}) == .proceed)
        receive(100, sink)
        #expect(sink.findings.objection == nil)
        #expect(sink.isWhole == true)
        #expect(sink.finish().byteCount == 100)
    }

    @Test func `is resumed from an unrequested beginning`() async throws {
        let sink = try await sink()
        sink.beginAttempt()
        let beginning: HTTPHeaders = ["ETag": "\"a\"", "Content-Range": "bytes 0-49/100"]
        #expect(sink.begin(head(206, beginning, length: 50), resumption: Resumption {}) == .proceed)
        receive(50, sink)
        #expect(sink.isWhole == false)
        #expect(try #require(sink.continuation) == (50, "\"a\""))
    }

    @Test(arguments: [
        ("bytes 1-99/100", 99), ("bytes 0-99/*", 100), ("bytes 0-99/100", 99), ("bytes 0-98/100", 100), ("", 100),
        ("bytes 99-0/100", 100), ("bytes */100", 100),
    ])
    func `has nothing of a range that is not its beginning, or contradicts itself`(range: String, length: Int64)
        async throws
    {
        let sink = try await sink()
        sink.beginAttempt()
        let head = head(206, ["ETag": "\"a\"", "Content-Range": range], length: length)
        #expect(sink.begin(head, resumption: Resumption {}) == .refuse)
        #expect(sink.findings.objection == .wrongRange)
        #expect(sink.byteCount == 0)
    }

    @Test func `takes no more than a range of no stated length announces`() async throws {
        let sink = try await sink()
        sink.beginAttempt()
        _ = sink.begin(head(200, ["ETag": "\"a\""], length: 100), resumption: Resumption {})
        receive(40, sink)
        sink.beginAttempt()
        let part = ResponseHead(
            status: 206,
            headers: ["ETag": "\"a\"", "Content-Range": "bytes 40-69/100"],
            contentLength: nil
        )
        #expect(sink.begin(part, resumption: Resumption {}) == .proceed)
        receive(30, sink)
        receive(1, sink)
        #expect(sink.findings.objection == .wrongRange)
        #expect(sink.byteCount == 70)
    }

    @Test func `of no stated length asks for more room as it grows`() async throws {
        let asked = Mutex<[Int64]>([])
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let sink = try await ReceptionSink(
            budget: MemoryBudget(bytes: 1 << 20),
            partPath: folder + "/e.part",
            observer: { _ in }
        ) { bytes throws(ArchiveError) in
            asked.withLock { $0.append(bytes) }
            throw .heldBack("/archive", DiskShortage(space: DiskSpace(freeBytes: 0, totalBytes: 0), neededBytes: bytes))
        }
        sink.beginAttempt()
        let endless = ResponseHead(status: 200, headers: [:], contentLength: nil)
        #expect(sink.begin(endless, resumption: Resumption {}) == .proceed)
        receive(1 << 20, sink)
        #expect(asked.withLock(\.count) == 0)
        receive(1, sink)
        #expect(asked.withLock(\.count) == 1)
        guard case .storage(let error) = sink.findings.objection else {
            Issue.record("it goes on without room")
            return
        }
        #expect(error.code == .heldBack)
    }

    @Test func `is kept outside of memory while it waits, and resumed by another process`() async throws {
        let budget = MemoryBudget(bytes: 1 << 20)
        let path = folder + "/f.part"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let sink = try await ReceptionSink(budget: budget, partPath: path, observer: { _ in })
        sink.beginAttempt()
        let headers: HTTPHeaders = ["ETag": "\"a\"", "Content-Encoding": "gzip"]
        _ = sink.begin(head(200, headers, length: 100), resumption: Resumption {})
        receive(40, sink)
        #expect(budget.reservedBytes > 0)
        try sink.setAside()
        #expect(budget.reservedBytes == 0)
        #expect(try #require(sink.continuation) == (40, "\"a\""))

        let next = try await ReceptionSink(budget: budget, partPath: path, observer: { _ in })
        #expect(try #require(next.continuation) == (40, "\"a\""))
        next.beginAttempt()
        let plain: HTTPHeaders = ["ETag": "\"a\"", "Content-Range": "bytes 40-99/100"]
        #expect(next.begin(head(206, plain, length: 60), resumption: Resumption {}) == .refuse)
        #expect(next.findings.objection == .objectChanged)
        next.beginAttempt()
        var rest = plain
        rest["Content-Encoding"] = "GZIP"
        #expect(next.begin(head(206, rest, length: 60), resumption: Resumption {}) == .proceed)
        receive(60, next)
        #expect(next.isWhole == true)
    }

    @Test func `is discarded while it waits if it could not be resumed`() async throws {
        let budget = MemoryBudget(bytes: 1 << 20)
        let sink = try await ReceptionSink(budget: budget, partPath: folder + "/g.part", observer: { _ in })
        sink.beginAttempt()
        _ = sink.begin(head(200, [:], length: 100), resumption: Resumption {})
        receive(40, sink)
        try sink.setAside()
        #expect(budget.reservedBytes == 0 && sink.byteCount == 0)
        #expect(!FileManager.default.fileExists(atPath: folder + "/g.part"))
    }
}
