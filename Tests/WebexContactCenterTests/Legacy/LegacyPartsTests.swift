import Foundation
import Logging
import Recordings
import TestSupport
import Testing
import Transfer

@testable import WebexContactCenter

/// Queries that the provider does not answer completely, asked in parts (wxcc-api 13.6).
@Suite struct LegacyPartsTests {
    /// A host with the habits that a real one might have; record n is `s-n`.
    struct Model: Sendable {
        /// When each record begins, in milliseconds from the beginning of the query.
        var times: [Int64] = []
        var most = 10
        var isEndInclusive = false
        /// Whether it answers 413 instead of incompletely.
        var refusesLarge = false
        var tellsFound = true
        /// Whatever ends outside the requested time is left out too, so what spans the border of two parts is in
        /// neither.
        var longest: Int64 = 0
        /// Whether it rounds to whole hours.
        var isCoarse = false

        func respond(to request: HTTPRequest) -> HTTPResponse {
            let query = try? JSONReader.value(of: Data((request.query["q"] ?? "").utf8))
            guard var from = query?["dateBegin"]?.elements?[0].integer,
                var to = query?["dateEnd"]?.elements?[0].integer
            else { return .json("{}", status: 400) }
            (from, to) = (from - LegacyPartsTests.start, to - LegacyPartsTests.start)
            if isCoarse { (from, to) = (from / 3_600_000 * 3_600_000, (to + 3_599_999) / 3_600_000 * 3_600_000) }
            let found = times.enumerated().filter {
                $0.element >= from && $0.element + longest < to + (isEndInclusive ? 1 : 0)
            }
            if refusesLarge, found.count > most { return .json("{}", status: 413) }
            let rows = found.prefix(most).map { #"{"sid":"s-\#($0.offset)","ani":"+1"}"# }.joined(separator: ",")
            let count = tellsFound ? #""numberOfRecordsFound":\#(found.count),"# : ""
            let metadata = #"{\#(count)"isComplete":\#(found.count <= most)}"#
            return .json(#"{"datasetMetadata":\#(metadata),"data":[\#(rows)]}"#)
        }
    }

    static let start: Int64 = 1_763_596_800_000

    private func gathering(
        _ model: Model,
        _ more: String = "",
        hours: Int64 = 24
    ) async throws -> (LegacyGathering, requests: Int) {
        let exchange = ScriptedExchange { request, _ in model.respond(to: request) }
        var settings = try LegacyRequestTests.settings(key: "k", tenant: "1")
        settings.requestsPerMinute = 1_000_000
        let records = LegacyRecords(
            settings,
            exchange: exchange,
            retry: RetryPolicy(attempts: 1),
            clock: InstantClock(),
            now: { TestCenter.now },
            logger: .quiet
        )
        let end = Self.start + hours * 3_600_000
        let text = #"{"dateBegin":[\#(Self.start)],"dateEnd":[\#(end)],"numberOfRecords":1000000\#(more)}"#
        let query = try LegacyQuery(Data(text.utf8))
        return (try await records.gathering(of: query, .csr), exchange.requests.count)
    }

    private func names(_ gathering: LegacyGathering) throws -> [String] {
        try gathering.rows.get().rows.map { $0[0].shown }
    }

    /// Some begin where a day is halved, so that both parts may have them.
    private static let spread = (0..<96).map { Int64($0) * 900_000 }

    static let habits: [(String, Model)] = [
        ("as documented", Model(times: spread)), ("inclusive ends", Model(times: spread, isEndInclusive: true)),
        ("413", Model(times: spread, refusesLarge: true)),
        ("413, inclusive", Model(times: spread, isEndInclusive: true, refusesLarge: true)),
        ("tells no number", Model(times: spread, tellsFound: false)),
    ]

    @Test(arguments: habits)
    func `all records come once and in order`(habit: (name: String, model: Model)) async throws {
        let (gathering, requests) = try await gathering(habit.model)
        #expect(gathering.shortfall == nil)
        #expect(try names(gathering) == (0..<96).map { "s-\($0)" })
        #expect(gathering.partCount == 16 && requests == 31)
        #expect(gathering.answers.count == 16 + (habit.model.refusesLarge ? 0 : 1))
    }

    @Test func `what is answered as a whole is asked for once`() async throws {
        let (gathering, requests) = try await gathering(Model(times: Self.spread, most: 96))
        #expect(gathering.shortfall == nil && gathering.partCount == 1 && requests == 1)
        #expect(try names(gathering).count == 96)
    }

    @Test func `an incomplete minute is named, and the rest is read`() async throws {
        let crowd = Array(repeating: Int64(3_600_000), count: 30)
        let (gathering, _) = try await gathering(Model(times: (crowd + Self.spread).sorted()))
        #expect(try names(gathering).count == 10 + 96 - 1)
        let shortfall = try #require(gathering.shortfall)
        #expect(shortfall.hasPrefix("from 2025-11-20T00:59:45.937Z to 2025-11-20T01:00:28.125Z, "))
        #expect(shortfall.contains("10 of 31 rows, is not complete"))
    }

    @Test func `a host that loses what crosses from one part into the next is found out`() async throws {
        let crossing = Self.spread.map { $0 + 600_000 }
        for tellsFound in [true, false] {
            var model = Model(times: crossing, most: 60, tellsFound: tellsFound, longest: 600_000)
            let reason = try #require(try await gathering(model).0.shortfall)
            #expect(reason.contains("lack "), "\(reason)")
            // If the first answer lacked it, only the reported number shows that.
            model.most = 47
            let other = try await gathering(model).0.shortfall
            #expect(tellsFound == (other != nil), "\(other ?? "")")
        }
    }

    @Test func `a host that goes by whole hours is not asked without end`() async throws {
        var model = Model(times: (0..<2400).map { Int64($0) * 36_000 }, most: 50, isCoarse: true)
        let (crowded, requests) = try await gathering(model)
        #expect(crowded.shortfall != nil && requests <= 200)
        model.most = 200
        let (whole, _) = try await gathering(model)
        #expect(whole.shortfall == nil)
        #expect(try names(whole).count == 2400)
    }

    static let undivided: [(String, String)] = [
        (#","aggregations":[{"aggregationType":"COUNT","computeColumnName":"sid"}]"#, "counts or groups"),
        (#","aggregateQueryProperties":{"rowSegmentSet":[{"columnName":"queueName"}]}"#, "counts or groups"),
        (#","lastNRecords":true"#, "the last records only"),
        (#","aggregateQueryProperties":{"computeInterval":30,"computeIntervalUnit":"MINUTES"}"#, "by intervals"),
        (#","aggregateQueryProperties":{"cumulative":true}"#, "by intervals"),
    ]

    @Test(arguments: undivided)
    func `what parts do not add up to is asked for once`(more: String, words: String) async throws {
        let (gathering, requests) = try await gathering(Model(times: Self.spread), more)
        #expect(requests == 1)
        #expect(try #require(gathering.shortfall).contains(words), "\(gathering.shortfall ?? "")")
        #expect(try names(gathering).count == 10)
    }

    @Test func `analyzer's usual properties are no obstacle`() async throws {
        let properties = """
            ,"lastNRecords":false,"aggregateQueryProperties":{"computeInterval":0,"computeIntervalUnit":"NONE",\
            "lookbackCount":0,"frequency":0,"movingWindow":false,"cumulative":false,"rowSegmentSet":[],\
            "columnSegmentSet":[],"queryType":"TEMPORAL","requestType":"PROFILE"}
            """
        #expect(try await gathering(Model(times: Self.spread), properties).0.shortfall == nil)
    }
}
