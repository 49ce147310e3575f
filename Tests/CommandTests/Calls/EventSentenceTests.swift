import Foundation
import Manifest
import Recordings
import Testing

@testable import callark

/// The sentence for people about an event; `--json` has its details as recorded.
@Suite struct `An event in words` {
    private static let sentences: [(Event.Kind, [String: String], String)] = [
        (
            .passBegan, ["from": "2026-10-20T22:00:00.000Z", "to": "2026-10-21T22:00:00.000Z"],
            "began a pass: 2026-10-21 00:00 to 2026-10-22 00:00"
        ),
        (.passBegan, ["backfill": "true"], "began a step of a backfill"),
        (
            .passEnded, ["outcome": "complete", "reason": "", "expected": "5854", "held": "5854"],
            "ended a pass: complete; 5,854 of 5,854 recordings held"
        ),
        (
            .passEnded, ["outcome": "complete", "reason": "", "expected": "1", "held": "1"],
            "ended a pass: complete; 1 of 1 recordings held"
        ),
        (
            .passEnded, ["outcome": "incomplete", "reason": "2 missing", "expected": "9", "held": "7"],
            "ended a pass: not complete (2 missing); 7 of 9 recordings held"
        ),
        (.passEnded, ["outcome": "failed", "reason": "disk full"], "ended a pass: could not go on (disk full)"),
        (
            .passEnded, ["outcome": "interrupted", "reason": "gave way to another pass"],
            "ended a pass: gave way to another pass"
        ),
        (.passEnded, ["outcome": "interrupted"], "ended a pass: stopped"),
        (.archiveOpened, ["archive": "acme-2026-10-20-001"], "opened acme-2026-10-20-001"),
        (
            .archiveSealed, ["archive": "acme-2026-10-20-001", "bytes": "1470464", "recordings": "20"],
            "sealed acme-2026-10-20-001 with 20 recordings, 1.47 MB"
        ),
        (
            .archiveRecovered, ["archive": "acme-2026-10-20-001", "lost": "1"],
            "recovered acme-2026-10-20-001: 1 recording to fetch again"
        ),
        (.archiveRecovered, ["archive": "a", "adopted": "3"], "found 3 recordings of a in the spool"),
        (
            .archiveAdopted, ["archive": "a", "recordings": "3"],
            "took in a with 3 recordings, which the manifest did not know"
        ),
        (
            .archivePlaced, ["archive": "a", "retain_until": "2033-10-21T22:00:00.000Z"],
            "put a into the vault, locked until 2033-10-21"
        ),
        (.archivePlaced, ["archive": "a"], "put a into the vault"),
        (
            .archiveLocked, ["archive": "a", "retain_until": "2033-10-21T22:00:00.000Z"],
            "locked the copy of a in the vault until 2033-10-21: it had no lock"
        ),
        (.archiveEvicted, ["archive": "a"], "removed a from the disk: the vault has it"),
        (
            .dayClosed, ["day": "2026-10-20", "tasks": "12", "archived": "19", "explained": "1"],
            "closed 2026-10-20: 12 calls, 19 recordings archived, 1 explained"
        ),
        (.dayReopened, ["day": "2026-10-20"], "opened 2026-10-20 again: something of it has changed"),
        (.logBegun, [:], "began the evidence log"),
        (.configurationChanged, ["sha256": "0"], "noted the configuration in effect, which is new or has changed"),
        (.damageFound, ["archive": "a", "recordings": "2"], "found a damaged: 2 recordings"),
        (.damageFound, ["archive": "a", "fault": "its file is missing"], "found a damaged: its file is missing"),
        (
            .damageFound, ["archive": "a", "recording_id": "r", "offset": "512"],
            "found a recording of a at offset 512 damaged"
        ),
        (.recordingReplaced, ["archive": "a", "recording_id": "r"], "repaired a recording of a"),
        (.recordingReinstated, ["archive": "a"], "found a whole again"),
        (.recordingLost, ["archive": "a", "recording_id": "r"], "lost a recording of a: it is fetched again"),
        (.gapOpened, ["reason": "not_yet_available", "found": "0"], "opened a gap: not yet available"),
        (.gapFilled, ["open_since": "2026-10-20T22:00:00.000Z"], "filled the gap, open since 2026-10-21 00:00"),
        (
            .gapWithdrawn, ["open_since": "2026-10-20T22:00:00.000Z", "reason": "none was requested"],
            "closed the gap, open since 2026-10-21 00:00: none was requested"
        ),
        (
            .gapExplained, ["gaps": "lost,never_available,lost", "reason": "test_call", "note": "line test"],
            "explained 3 gaps as test call: line test"
        ),
        (.gapExplained, ["reason": "suspect", "note": "cut off"], "acknowledged a suspect recording: cut off"),
        (.explanationWithdrawn, [:], "took back the explanation"),
        (.explanationWithdrawn, ["reason": "suspect"], "took back the acknowledgement"),
        (
            .recordingFailed, ["attempts": "8", "code": "damaged_at_provider", "reason": "not audio but html"],
            "Callark gave up a recording after 8 attempts: not audio but html"
        ),
        (.recordingSuspect, ["reason": "half of it"], "Callark stored a suspect recording: half of it"),
        (.recordingChanged, ["stop_time": "x"], "the provider lists a recording with another end"),
        (.recordingChanged, ["version": "x"], "the provider has other bytes of a recording: kept both"),
        (
            .recordingUnusable, ["reason": "no address"],
            "the provider lists a recording that cannot be used: no address"
        ),
        (.taskRefused, ["reason": "400"], "the provider refused the question about this call: 400"),
        (.listingAnomaly, ["reason": "twice"], "the task list is inconsistent: twice"),
        (.taskNotListed, ["named_by": "search"], "found a call that the task list left out (in search)"),
        (.captureClaimed, ["claimed_by": "search"], "asked for a recording that the task list denies (by search)"),
        (
            .manifestRebuilt, ["archives": "40", "recordings": "798", "stored": "2", "faults": "0"],
            "rebuilt the manifest from 40 archives: 798 recordings, 2 more from the spool"
        ),
        (.repairBegan, ["day": "2026-10-20"], "began a repair of 2026-10-20"),
        (
            .repairEnded, ["damaged": "2", "repaired": "1", "faults": "1"],
            "ended a repair: 1 of 2 damaged recordings repaired, 1 fault left"
        ),
        (.fetchEnded, ["recordings": "3"], "fetched 3 recordings"),
        (
            .fetchEnded, ["recordings": "2", "not_written": "1"],
            "fetched 2 recordings; 1 could not be written"
        ),
        (
            .fetchEnded, ["recordings": "0", "damaged": "2", "not_held": "1", "to": "/srv/calls"],
            "fetched 0 recordings to /srv/calls; 2 damaged, 1 not held"
        ),
        (.fetchEnded, ["recordings": "1", "to": "-"], "fetched 1 recording to standard output"),
        (.audioAccessed, ["recordings": "3"], "began to fetch 3 recordings"),
        (
            .repairEnded, ["damaged": "166", "repaired": "166", "copied": "78", "fetched": "88", "faults": "0"],
            "ended a repair: 166 of 166 damaged recordings repaired (78 copied, 88 fetched)"
        ),
        (
            .repairEnded, ["damaged": "0", "repaired": "0", "faults": "0", "returned": "2"],
            "ended a repair: put back 2 archives from the vault"
        ),
        (
            .repairEnded, ["damaged": "2", "repaired": "1", "faults": "1", "returned": "1"],
            "ended a repair: put back 1 archive from the vault, 1 of 2 damaged recordings repaired, 1 fault left"
        ),
        (.other, ["key": "value"], "key: value"),
    ]

    @Test(arguments: sentences) func `is one sentence`(_ kind: Event.Kind, _ detail: [String: String], _ text: String)
        throws
    {
        let event = Event(time: Timestamp(millisecondsSince1970: 0), kind: kind, detail: detail)
        #expect(event.sentence(in: try #require(TimeZone(identifier: "Europe/Berlin"))) == text)
    }

    @Test func `names the actor, and how that is known`() {
        let actors: [(Actor, String)] = [
            (Actor(name: "ann", uid: 1000), "ann (uid 1000)"),
            (Actor(name: "1000", uid: 1000), "uid 1000"),
            (Actor(name: "1000", uid: 1000, claims: ["USER": "ann"]), "uid 1000 (USER claims ann)"),
            (Actor(name: "root", uid: 0, claims: ["SUDO_USER": "bob"]), "root (uid 0; SUDO_USER claims bob)"),
            (Actor(name: "ann", uid: nil), "ann"),
            (Actor(name: "nightly", via: .key, address: "192.0.2.7"), "nightly (API key; from 192.0.2.7)"),
            (Actor(name: "ann@acme.example", via: .oidc), "ann@acme.example (login)"),
            (Actor(name: "callark", via: .service), "callark (service)"),
        ]
        for (actor, words) in actors { #expect(actor.words == words) }
    }

    @Test func `shows a pass at once, and one that was interrupted`() throws {
        let zone = try #require(TimeZone(identifier: "Europe/Berlin"))
        let span = ["from": "2026-10-20T22:00:00.000Z", "to": "2026-10-21T22:00:00.000Z"]
        func event(_ kind: Event.Kind, _ organization: String = "acme", _ detail: [String: String] = [:]) throws
            -> Event
        {
            Event(
                time: Timestamp(millisecondsSince1970: 0),
                kind: kind,
                organization: OrganizationName(organization),
                detail: detail
            )
        }
        let events = [
            try event(.passBegan, "acme", span), try event(.archiveOpened), try event(.passBegan, "other"),
            try event(.passEnded, "acme", ["outcome": "complete"]),
            try event(.fetchEnded, "acme", ["recordings": "3"]),
            try event(.passBegan, "other"),
            try event(.passEnded, "other", ["outcome": "incomplete", "reason": "1 pending"]),
            try event(.passBegan, "acme", ["backfill": "true"]),
        ]
        func sentences(isDigest: Bool, isOver: Bool) -> [String] {
            var rows = EventRows(isDigest: isDigest)
            let told = events.flatMap { rows.take($0) } + rows.rest(isOver: isOver)
            return told.map { $0.sentence(in: zone) }
        }
        #expect(
            sentences(isDigest: true, isOver: true) == [
                "began a pass, and was cut off",
                "ran a pass over 2026-10-21 00:00 to 2026-10-22 00:00: complete", "fetched 3 recordings",
                "ran a pass: not complete (1 pending)", "began a step of a backfill, and was cut off",
            ]
        )
        #expect(
            sentences(isDigest: false, isOver: false) == [
                "began a pass: 2026-10-21 00:00 to 2026-10-22 00:00", "opened an archive",
                "began a pass, and was cut off",
                "ended a pass: complete", "fetched 3 recordings", "began a pass",
                "ended a pass: not complete (1 pending)", "began a step of a backfill",
            ]
        )
    }

    @Test(arguments: Event.Kind.allCases) func `of every kind is known, whatever is missing of its details`(
        _ kind: Event.Kind
    ) {
        #expect(Self.sentences.contains { $0.0 == kind })
        let bare = Event(time: Timestamp(millisecondsSince1970: 0), kind: kind).sentence(in: .gmt)
        #expect(kind == .other || !bare.isEmpty && !bare.contains("nil"))
    }
}
