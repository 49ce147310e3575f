import Reports
import Archiver
import Foundation
import Manifest
import Recordings
import Wiring

extension Event {
    /// For people: what happened, in one sentence without the task and the actor.
    /// - Parameter beginning: the beginning of the pass that has ended, if one sentence reports both.
    func sentence(in timeZone: TimeZone, beginning: Event? = nil) -> String {
        if kind == .passEnded, let beginning { return "ran \(beginning.pass(timeZone, " over ")): \(passResult)" }
        return switch kind {
        case .passBegan, .passEnded, .manifestRebuilt, .repairBegan, .repairEnded, .audioAccessed, .fetchEnded,
            .logBegun, .configurationChanged:
            workSentence(timeZone)
        case .archiveOpened, .archiveSealed, .archiveRecovered, .archiveAdopted, .archivePlaced, .archiveEvicted,
            .archiveLocked, .dayClosed, .dayReopened:
            archiveSentence
        case .damageFound, .recordingReplaced, .recordingReinstated, .recordingLost: damageSentence
        case .gapOpened, .gapFilled, .gapWithdrawn, .gapExplained, .explanationWithdrawn: gapSentence(timeZone)
        case .recordingFailed, .recordingSuspect, .recordingChanged, .recordingUnusable, .taskRefused, .listingAnomaly,
            .taskNotListed, .captureClaimed:
            providerSentence
        case .other: words
        }
    }

    /// Work that a person or a timer caused.
    private func workSentence(_ timeZone: TimeZone) -> String {
        switch kind {
        case .passBegan: return "began \(pass(timeZone, ": "))"
        case .passEnded: return "ended a pass: \(passResult)"
        case .manifestRebuilt:
            let archives = detail.count("archives", "archive") ?? "the archives"
            let recordings = detail.count("recordings", "recording").map { ": \($0)" } ?? ""
            let stored = detail.number("stored").map { $0 == 0 ? "" : ", \($0) more from the spool" } ?? ""
            return "rebuilt the manifest from \(archives)\(recordings)\(stored)\(faults)"
        case .repairBegan: return "began a repair" + (detail["day"].map { " of \($0)" } ?? "")
        case .repairEnded:
            let damaged = detail.count("damaged", "damaged recording") ?? "what was damaged"
            let copied = detail.number("copied") ?? 0
            let ways = copied == 0 ? "" : " (\(copied) copied, \(detail["fetched"] ?? "0") fetched)"
            let recordings = "\(detail["repaired"] ?? "none") of \(damaged) repaired\(ways)"
            let returned = detail.count("returned", "archive").map { "put back \($0) from the vault" }
            // Recordings in an archive that was put back whole are not counted one by one.
            let parts = [returned, returned != nil && detail.number("damaged") == 0 ? nil : recordings]
            return "ended a repair: \(parts.compactMap(\.self).joined(separator: ", "))\(faults)"
        case .audioAccessed:
            let what = detail.count("recordings", "recording") ?? "recordings"
            let matter = detail["case"].map { " for case \($0)" } ?? ""
            return "began to fetch \(what)\(matter)" + (detail["reason"].map { ": \($0)" } ?? "")
        case .logBegun: return "began the evidence log"
        case .configurationChanged: return "noted the configuration in effect, which is new or has changed"
        default: return fetchEnd
        }
    }

    private var fetchEnd: String {
        let written = detail.count("recordings", "recording") ?? "recordings"
        let place = detail["to"].map { " to \($0 == "-" ? "standard output" : $0)" } ?? ""
        let failures = [("damaged", "damaged"), ("not_written", "could not be written"), ("not_held", "not held")]
            .compactMap { key, words in detail.number(key).map { "\($0.grouped) \(words)" } }
        return "fetched \(written)\(place)" + (failures.isEmpty ? "" : "; \(failures.joined(separator: ", "))")
    }

    private var faults: String {
        guard let number = detail.number("faults"), number > 0 else { return "" }
        return ", \(Readable.count(number, "fault")) left"
    }

    /// What began, and over which time.
    private func pass(_ timeZone: TimeZone, _ joint: String) -> String {
        let span = detail.time("from").flatMap { from in detail.time("to").map { from..<max(from, $0) } }
        let over = span.map { "\(joint)\($0.lowerBound.text(in: timeZone)) to \($0.upperBound.text(in: timeZone))" }
        return (detail["backfill"] == nil ? "a pass" : "a step of a backfill") + (over ?? "")
    }

    private var passResult: String {
        let reason = detail["reason"].flatMap { $0.isEmpty ? nil : $0 }
        let outcome =
            switch detail["outcome"].flatMap(PassOutcome.init(rawValue:)) {
            case .complete: "complete"
            case .incomplete: "not complete"
            case .failed: "could not go on"
            // Its reason is sufficient: stopped on request, gave way to another pass.
            case .interrupted: reason ?? "stopped"
            case .abandoned: "cut off"
            case nil: "ended"
            }
        let held = detail.number("held").flatMap { held in
            detail.number("expected").map { "; \(held.grouped) of \($0.grouped) recordings held" }
        }
        let why = reason.map { $0 == outcome ? "" : " (\($0))" } ?? ""
        return "\(outcome)\(why)\(held ?? "")"
    }

    private var archiveSentence: String {
        let archive = detail["archive"] ?? "an archive"
        let recordings = detail.count("recordings", "recording").map { " with \($0)" } ?? ""
        switch kind {
        case .archiveOpened: return "opened \(archive)"
        case .archiveSealed:
            let bytes = detail["bytes"].flatMap { Int64($0) }.map { ", \(Readable.bytes($0))" } ?? ""
            return "sealed \(archive)\(recordings)\(bytes)"
        case .archiveAdopted: return "took in \(archive)\(recordings), which the manifest did not know"
        case .archivePlaced:
            let until = detail["retain_until"].map { ", locked until \($0.prefix(10))" } ?? ""
            return "put \(archive) into the vault\(until)"
        case .archiveLocked:
            let until = detail["retain_until"].map { " until \($0.prefix(10))" } ?? ""
            return "locked the copy of \(archive) in the vault\(until): it had no lock"
        case .archiveEvicted: return "removed \(archive) from the disk: the vault has it"
        case .dayClosed:
            let calls = detail.count("tasks", "call") ?? "its calls"
            let archived = detail.count("archived", "recording").map { ", \($0) archived" } ?? ""
            let explained = detail.number("explained").map { $0 == 0 ? "" : ", \($0) explained" } ?? ""
            return "closed \(detail["day"] ?? "a day"): \(calls)\(archived)\(explained)"
        case .dayReopened: return "opened \(detail["day"] ?? "a day") again: something of it has changed"
        default:
            if let adopted = detail.count("adopted", "recording") {
                return "found \(adopted) of \(archive) in the spool"
            }
            let lost = detail.number("lost").map {
                $0 == 0 ? "" : ": \(Readable.count($0, "recording")) to fetch again"
            }
            return "recovered \(archive)\(lost ?? "")"
        }
    }

    private var damageSentence: String {
        let archive = detail["archive"] ?? "an archive"
        let place = detail["offset"].map { " at offset \($0)" } ?? ""
        let recording = detail["recording_id"] == nil ? archive : "a recording of \(archive)\(place)"
        switch kind {
        case .recordingReplaced:
            return "repaired \(recording)" + (detail["replaced_by"].map { ": it is in \($0) now" } ?? "")
        case .recordingReinstated: return "found \(recording) whole again"
        case .recordingLost: return "lost \(recording): it is fetched again"
        default:
            let count = detail.count("recordings", "recording")
            let parts = [count, detail["fault"]].compactMap(\.self)
            return "found \(recording) damaged" + (parts.isEmpty ? "" : ": \(parts.joined(separator: "; "))")
        }
    }

    private func gapSentence(_ timeZone: TimeZone) -> String {
        let since = detail.time("open_since").map { ", open since \($0.text(in: timeZone))" } ?? ""
        switch kind {
        case .gapOpened: return "opened a gap: \(reason ?? "a recording is missing")"
        case .gapFilled: return "filled the gap\(since)"
        case .gapWithdrawn: return "closed the gap\(since): \(reason ?? "nothing is expected any more")"
        case .explanationWithdrawn:
            return detail["reason"] == "suspect" ? "took back the acknowledgement" : "took back the explanation"
        default:
            let note = detail["note"].map { ": \($0)" } ?? ""
            if detail["reason"] == "suspect" { return "acknowledged a suspect recording\(note)" }
            let gaps = detail["gaps"]?.split(separator: ",").count ?? 1
            let origin = detail["restored_from"].map { " (from the record in \($0))" } ?? ""
            return "explained \(Readable.count(gaps, "gap")) as \(reason ?? "other")\(note)\(origin)"
        }
    }

    /// What the provider said or did not say.
    private var providerSentence: String {
        let reason = detail["reason"].map { ": \($0)" } ?? ""
        switch kind {
        case .recordingFailed:
            let attempts = detail.count("attempts", "attempt").map { " after \($0)" } ?? ""
            return "Callark gave up a recording\(attempts)\(reason)"
        case .recordingSuspect: return "Callark stored a suspect recording\(reason)"
        case .recordingChanged:
            return detail["version"] == nil
                ? "the provider lists a recording with another end"
                : "the provider has other bytes of a recording: kept both"
        case .recordingUnusable: return "the provider lists a recording that cannot be used\(reason)"
        case .taskRefused: return "the provider refused the question about this call\(reason)"
        case .taskNotListed:
            return "found a call that the task list left out" + (detail["named_by"].map { " (in \($0))" } ?? "")
        case .captureClaimed:
            return "asked for a recording that the task list denies"
                + (detail["claimed_by"].map { " (by \($0))" } ?? "")
        default: return "the task list is inconsistent\(reason)"
        }
    }

    /// The reason in words, if it is a code.
    private var reason: String? {
        detail["reason"].map { GapReason(rawValue: $0)?.words ?? ExplanationReason(rawValue: $0)?.words ?? $0 }
    }
}

extension [String: String] {
    fileprivate func number(_ key: String) -> Int? { self[key].flatMap { Int($0) } }

    /// `3 recordings`.
    fileprivate func count(_ key: String, _ noun: String) -> String? {
        number(key).map { "\($0.grouped) \(noun)\($0 == 1 ? "" : "s")" }
    }

    fileprivate func time(_ key: String) -> Timestamp? {
        self[key].flatMap { try? TimeArgument(argument: $0).timestamp(in: .gmt, now: Timestamp(Date())) }
    }
}
