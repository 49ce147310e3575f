import Archiver
import Foundation
import Manifest
import Recordings
import Settings
import Text

extension Gap {
    /// One line for people, whatever characters operators and the provider have used.
    package func line(in timeZone: TimeZone) -> String {
        let place = recording.map { " \($0.recordingID)" } ?? ""
        let words = ownDetail.map { ": \($0)" } ?? ""
        let explained = explanation.map { "; explained: \($0.text(in: timeZone))" } ?? ""
        return VisibleText.escaped(
            "\(day)  \(organization)  \(taskID)\(place)  \(reason.words)\(words); "
                + "\(evidenceText(in: timeZone))\(explained)"
        )
    }

    /// Its detail, unless the evidence already says the same.
    package var ownDetail: String? { detail == evidence.damage ? nil : detail }

    /// The evidence, for people: `damaged in acme-2025-11-20-001: its file is missing`.
    package func evidenceText(in timeZone: TimeZone) -> String {
        guard wasHeld else {
            guard isPending, let next = evidence.nextAsk else { return evidence.text(in: timeZone) }
            return "\(evidence.text(in: timeZone)), asked again by the next pass after \(next.text(in: timeZone))"
        }
        let place = archive.map { " in \($0)" } ?? ""
        let found = evidence.damageFound.map { "found damaged\(place) on \($0.text(in: timeZone))" }
        let damage = "\(found ?? "damaged\(place)"): \(evidence.damage ?? "its bytes are changed or gone")"
        guard reason != .damaged else { return damage }
        // How often it was downloaded before it was damaged is not evidence.
        var asked = evidence
        asked.attempts = nil
        let text = asked.asks == nil ? "" : asked.text(in: timeZone)
        return text.isEmpty ? damage : "\(damage); \(text)"
    }
}

extension GapEvidence {
    /// The evidence, for people.
    package func text(in timeZone: TimeZone) -> String {
        var parts: [String] = []
        if let asks, asks > 0 {
            let times = asks == 1 ? "once" : "\(asks) times"
            let first = firstAsked.map { $0 == lastAsked ? "" : "\($0.text(in: timeZone)) to " } ?? ""
            let span = lastAsked.map { " (\(first)\($0.text(in: timeZone)))" } ?? ""
            let answer = (found ?? 0) == 0 ? "no recording" : Readable.count(found ?? 0, "recording")
            parts.append("asked \(times)\(span): the provider had \(answer)")
            if let trackingID { parts.append("tracking ID \(trackingID)") }
        } else if attempts == nil {
            parts.append("not asked about yet")
        }
        if let attempts { parts.append("\(Readable.count(attempts, "download attempt"))") }
        return parts.joined(separator: ", ")
    }
}

extension GapExplanation {
    /// For people.
    package func text(in timeZone: TimeZone) -> String {
        "\(reason.words), by \(by), \(time.text(in: timeZone)): \(note)"
    }

    /// `ann (uid 1000)`, `root (uid 0; SUDO_USER claims ann)`, `uid 10001`.
    private var by: String {
        guard let authorUID else { return "\(author) (as the environment said; the account was not recorded)" }
        let number = "uid \(authorUID)"
        let claims = (authorClaims ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key) claims \($0.value)" }
        let (name, details) = author == String(authorUID) ? (number, claims) : (author, [number] + claims)
        return details.isEmpty ? name : "\(name) (\(details.joined(separator: "; ")))"
    }
}
