import Foundation
import Recordings
import Testing

@testable import Archiver

@Suite struct `The window of a pass` {
    private let rules: PassWindow.Rules
    private let now = Timestamp(millisecondsSince1970: 1_763_712_000_000)  // 2025-11-21T08:00:00Z

    init() throws {
        let timeZone = try #require(TimeZone(identifier: "UTC"))
        rules = PassWindow.Rules(timeZone: timeZone, lookBack: .hours(48), firstReach: .hours(7 * 24))
    }

    private func window(
        _ request: PassWindow.Request,
        listedThrough: Timestamp? = nil
    ) throws(ArchiverError) -> PassWindow {
        try PassWindow.resolve(request, rules: rules, listedThrough: listedThrough, now: now)
    }

    @Test func `of the very first pass begins at a midnight, the horizon ago`() throws {
        let window = try window(.sinceLastPass)
        #expect(window.range.lowerBound.description == "2025-11-14T00:00:00.000Z")
        #expect(window.range.upperBound == now - .seconds(60))
        #expect(!window.isExplicit)
    }

    @Test func `of a later pass begins the look-back before the last listing ended`() throws {
        let listedThrough = now - .hours(24)
        let window = try window(.sinceLastPass, listedThrough: listedThrough)
        #expect(window.range == listedThrough - .hours(48)..<now - .seconds(60))
    }

    @Test func `of a pass whose last one ended in the future is still a window`() throws {
        let window = try window(.sinceLastPass, listedThrough: now + .hours(5))
        #expect(window.range.lowerBound == now - .seconds(60) - .hours(48))
    }

    @Test func `of a past day is the whole day`() throws {
        let day = try #require(ArchiveDay("2025-11-20"))
        #expect(try window(.day(day)).range == day.interval(in: rules.timeZone))
    }

    @Test func `of today ends a minute ago`() throws {
        let day = try #require(ArchiveDay("2025-11-21"))
        #expect(try window(.day(day)).range.upperBound == now - .seconds(60))
    }

    @Test func `of a day in the future is refused`() throws {
        let day = try #require(ArchiveDay("2025-11-22"))
        let error = #expect(throws: ArchiverError.self) { try window(.day(day)) }
        #expect(error?.code == .badWindow)
        #expect(error?.message == "the day 2025-11-22 is in the future")
    }

    @Test func `that begins after its end is refused`() throws {
        let error = #expect(throws: ArchiverError.self) {
            try window(.between(from: now - .hours(1), to: now - .hours(2)))
        }
        #expect(error?.code == .badWindow)
    }

    @Test func `that begins in the future is refused`() throws {
        let error = #expect(throws: ArchiverError.self) { try window(.between(from: now + .hours(1), to: nil)) }
        #expect(error?.code == .badWindow)
    }

    @Test func `of more than ten years is refused`() throws {
        let years = Int(ArchiveDay.maxAtOnce) * 24
        #expect(try window(.between(from: now - .hours(years), to: nil)).range.lowerBound == now - .hours(years))
        for from in [now - .hours(years + 48), Timestamp(millisecondsSince1970: -30_000_000_000_000)] {
            let error = #expect(throws: ArchiverError.self) { try window(.between(from: from, to: nil)) }
            #expect(error?.code == .badWindow)
        }
    }

    @Test func `that ends in the future ends a minute ago instead`() throws {
        let window = try window(.between(from: now - .hours(1), to: now + .hours(1)))
        #expect(window.range == now - .hours(1)..<now - .seconds(60))
    }
}
