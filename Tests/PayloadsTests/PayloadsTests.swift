import Archiver
import Foundation
import Manifest
import Recordings
import Testing

@testable import Payloads

/// The JSON for programs: names, their order, and what is left out or `null`.
@Suite struct `A payload` {
    private func line(_ payload: some Encodable) throws -> String {
        String(decoding: try JSONLine.bytes(payload), as: UTF8.self)
    }

    private func acme() throws -> OrganizationName { try #require(OrganizationName("acme")) }
    private func day() throws -> ArchiveDay { try #require(ArchiveDay("2025-11-20")) }

    @Test func `is one line, whatever it is made of`() throws {
        let text = try line(["b": "x\u{1B}[31m\n\u{9B}\u{202E}", "a": "é/ü"])
        #expect(text == #"{"a":"é/ü","b":"x\u001b[31m\n\u009b\u202e"}"#)
    }

    @Test func `of an alarm omits what it does not have`() throws {
        let alarm = Alarm(.warning, .notChecked, "could not check")
        #expect(
            try line(AlarmLine(alarm))
                == #"{"code":"not_checked","message":"could not check","severity":"warning","type":"alarm"}"#
        )
        let other = Alarm(.critical, .daysOpen, organization: "acme", "open", command: "callark archive")
        #expect(
            try line(AlarmLine(other))
                == #"{"code":"days_open","command":"callark archive","message":"open: callark archive","#
                + #""organization":"acme","severity":"critical","type":"alarm"}"#
        )
    }

    @Test func `of an event says on whose account it happened`() throws {
        let time = Timestamp(millisecondsSince1970: 1_763_640_000_000)
        let actor = Actor(name: "root", uid: 0, claims: ["SUDO_USER": "ann"])
        let event = Event(time: time, kind: .fetchEnded, organization: try acme(), detail: ["to": "/tmp"], by: actor)
        #expect(
            try line(EventLine(event))
                == #"{"actor":{"claims":{"SUDO_USER":"ann"},"name":"root","uid":0,"via":"uid"},"#
                + #""detail":{"to":"/tmp"},"kind":"fetch.ended","organization":"acme","#
                + #""time":"2025-11-20T12:00:00.000Z","type":"event"}"#
        )
        let plain = try line(EventLine(Event(time: time, kind: .manifestRebuilt)))
        #expect(
            plain == #"{"detail":{},"kind":"manifest.rebuilt","time":"2025-11-20T12:00:00.000Z","type":"event"}"#
        )
    }

    @Test func `of a day has its figures apart`() throws {
        var day = DayReconciliation(organization: try acme(), day: try day())
        day.bytes = 7
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(try JSONLine.bytes(ReconciliationLine(day)))) as? [String: Any]
        )
        #expect(
            Set(object.keys) == [
                "type", "organization", "day", "tasks", "recordings", "bytes", "closed", "damaged", "complete",
                "audio_ms",
            ]
        )
        #expect(object["complete"] as? Bool == day.summary.isComplete)
        #expect((object["tasks"] as? [String: Int])?["capture_requested"] == 0)
        #expect((object["recordings"] as? [String: Any])?.keys.contains("unexplained") == true)
    }

    @Test func `of a day that another source could not be compared with says neither yes nor no`() throws {
        let comparison = DayComparison(
            organization: try acme(),
            day: try day(),
            source: .search,
            time: Timestamp(millisecondsSince1970: 0),
            figures: [:],
            differences: [],
            absence: "no Search"
        )
        let text = try line(ComparisonLine(comparison))
        #expect(text.contains(#""fits":null"#) && text.contains(#""absence":"no Search""#))
    }

    @Test func `of a pass exists for what a watcher has to know, and not for every page`() throws {
        #expect(PassEventLine(.received(bytes: 1)) == nil)
        #expect(PassEventLine(.listed(try acme(), tasks: 1, new: 1)) == nil)
        let trouble = try #require(PassEventLine(.mediaTrouble(host: "media.example", reason: "refuses everything")))
        #expect(
            try line(trouble)
                == #"{"host":"media.example","reason":"refuses everything","type":"media_trouble"}"#
        )
        let waiting = try #require(PassEventLine(.waiting(.backfill)))
        #expect(try line(waiting) == #"{"type":"waiting","waits_for":"backfill"}"#)
    }

    @Test func `of the end of an estimate adds organizations up`() throws {
        let none = EstimateSummaryLine()
        #expect(
            try line(none)
                == #"{"bytes":0,"dry_run":true,"organizations":0,"recordings":0,"requests":0,"seconds":0,"#
                + #""tasks":0,"type":"summary"}"#
        )
    }

    @Test func `of a status leaves out what cannot be found out`() throws {
        let summary = StatusSummaryLine(root: "/data", minimumFreeBytes: 5, openArchives: 1, alarms: 0)
        #expect(
            try line(summary)
                == #"{"alarms":0,"minimum_free_bytes":5,"open_archives":1,"root":"/data","type":"summary"}"#
        )
    }
}
