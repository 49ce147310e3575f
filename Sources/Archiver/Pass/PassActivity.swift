import Foundation
import Recordings
import WebexContactCenter

/// How far a pass is and what it waits for, counted from its events: a pure value.
package struct PassActivity: Sendable {
    /// One organization's part.
    private struct Part {
        var window: PassWindow?
        var step: PassStep?
        var pause: (pause: ProviderPause, until: Timestamp)?
        /// Tasks to ask about in total, as far as is known.
        var tasksToAsk: Int?
        var backfill: Report.BackfillDay?
    }

    /// A recording whose download failed.
    private struct Retry {
        var attempt: Int
        var attempts: Int
        var reason: String
        var due: Timestamp
    }

    private var parts: [OrganizationName: Part] = [:]
    private var tasksListed = 0
    private var tasksAsked = 0
    private var recordingsFound = 0
    private var recordingsStored = 0
    private var recordingsFailed = 0
    private var bytes: Int64 = 0
    /// Recordings whose download failed, until they are stored or given up.
    private var retrying: [RecordingKey: Retry] = [:]
    /// Hosts with fewer concurrent downloads than configured.
    private var paced: [String: (downloads: Int, of: Int)] = [:]
    /// Hosts that deliver nothing for any recording, and why.
    private var troubles: [String: String] = [:]
    private var isOutOfSpace = false

    package init() {}

    /// Counts one event.
    /// - Parameter now: the time at which it happened; evaluated only if needed.
    package mutating func count(_ event: PassEvent, now: () -> Timestamp) {
        switch event {
        case .began(let name, let window): parts[name, default: Part()].window = window
        case .step(let name, let step): parts[name, default: Part()].step = step
        case .listed(let name, let tasks, _):
            tasksListed += tasks
            parts[name]?.pause = nil
        case .due(let name, let tasks): parts[name, default: Part()].tasksToAsk = tasks
        case .backfilling(let name, let day, let number, let days):
            parts[name, default: Part()].backfill = .init(day: day.description, number: number, days: days)
        case .asked(let name, let tasks):
            tasksAsked += tasks
            parts[name]?.pause = nil
        case .found(let name, let recordings):
            recordingsFound += recordings
            parts[name]?.pause = nil
        case .providerPaused(let name, let pause):
            parts[name, default: Part()].pause = (pause, now() + pause.duration)
        case .received(let count): bytes += Int64(count)
        case .retrying(let key, let attempt, let attempts, let reason, let delay):
            let due = now() + delay
            retrying[key] = Retry(attempt: attempt, attempts: attempts, reason: reason, due: due)
        case .stored(let entry):
            recordingsStored += 1
            retrying[entry.key] = nil
            troubles = [:]
        case .failed(_, let key, _, _):
            recordingsFailed += 1
            retrying[key] = nil
        case .paced(let host, let downloads, let configured, _):
            paced[host] = downloads < configured ? (downloads, configured) : nil
        case .mediaTrouble(let host, let reason): troubles[host] = reason
        case .pausedForSpace: isOutOfSpace = true
        case .waiting, .listingAnomaly, .activitiesCompared, .refused, .sealed, .placed, .evicted, .recovered,
            .logBegun, .adopted:
            break
        }
    }

    /// The report at a moment.
    package func report(now: Timestamp) -> Report {
        Report(
            organizations: parts.sorted { $0.key < $1.key }.map { name, part in
                Report.Part(
                    organization: name.description,
                    from: part.window?.range.lowerBound.description,
                    to: part.window?.range.upperBound.description,
                    step: part.step,
                    backfill: part.backfill
                )
            },
            tasksListed: tasksListed,
            tasksAsked: tasksAsked,
            tasksToAsk: tasksToAsk,
            recordingsFound: recordingsFound,
            recordingsStored: recordingsStored,
            recordingsFailed: recordingsFailed,
            bytes: bytes,
            waiting: waits(now)
        )
    }

    /// For all organizations; `nil` until it is known for each of them. Never less than the tasks already asked about.
    private var tasksToAsk: Int? {
        let known = parts.values.compactMap(\.tasksToAsk)
        return known.isEmpty || known.count < parts.count ? nil : max(tasksAsked, known.reduce(0, +))
    }

    /// The most important first.
    private func waits(_ now: Timestamp) -> [Report.Wait] {
        var waits: [Report.Wait] = []
        if isOutOfSpace {
            waits.append(.init(code: .disk, message: "no further download begins: the disk is nearly full"))
        }
        for (name, part) in parts.sorted(by: { $0.key < $1.key }) {
            guard let (pause, until) = part.pause, now < until else { continue }
            let seconds = (until.millisecondsSince1970 - now.millisecondsSince1970 + 999) / 1000
            let why = pause.code == .throttled ? "the request limit" : "the provider (\(pause.code.rawValue))"
            let what = "\(pause.call), attempt \(pause.attempt) of \(pause.attempts) in \(seconds) s"
            waits.append(.init(code: .provider, message: "\(name): waiting for \(why): \(what)"))
        }
        for (host, reason) in troubles.sorted(by: { $0.key < $1.key }) {
            waits.append(.init(code: .mediaHost, message: "\(host): \(reason)"))
        }
        if let next = retrying.values.min(by: { $0.due < $1.due }) {
            waits.append(.init(code: .retry, message: Self.sentence(next, of: retrying.count, now)))
        }
        // If nothing more is asked of a host, it is not busy for us.
        guard recordingsFound > recordingsStored + recordingsFailed else { return waits }
        for (host, pace) in paced.sorted(by: { $0.key < $1.key }) {
            let what = "\(host) is busy: \(pace.downloads) of \(pace.of) downloads at once"
            waits.append(.init(code: .pace, message: what))
        }
        return waits
    }

    /// `3 downloads failed and are tried again: the next in 12 s, attempt 2 of 8 (HTTP 503)`.
    private static func sentence(_ next: Retry, of count: Int, _ now: Timestamp) -> String {
        let what = count == 1 ? "1 download failed and is" : "\(count) downloads failed and are"
        let seconds = (next.due.millisecondsSince1970 - now.millisecondsSince1970 + 999) / 1000
        let when = seconds > 0 ? "the next in \(seconds) s" : "one of them now"
        // The log has the bytes that the answer began with.
        let reason = next.reason.split(separator: " (", maxSplits: 1).first ?? ""
        return "\(what) tried again: \(count == 1 && seconds <= 0 ? "now" : when), attempt \(next.attempt) of "
            + "\(next.attempts) (\(reason.prefix(60)))"
    }
}

extension PassActivity {
    /// The same in figures and text, as it is written to a file and read back.
    package struct Report: Sendable, Hashable, Codable {
        package struct Part: Sendable, Hashable, Codable {
            package var organization: String
            package var from: String?
            package var to: String?
            package var step: PassStep?

            /// Between `from` and `to`; `nil` until both are known.
            package var window: Range<Timestamp>? {
                let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
                let times = [from, to].compactMap { text in
                    text.flatMap { try? format.parse($0) }.map(Timestamp.init)
                }
                guard times.count == 2, times[0] <= times[1] else { return nil }
                return times[0]..<times[1]
            }

            /// The day that a backfill is working on; `nil` for any other pass.
            package var backfill: BackfillDay?
        }

        /// The day that a backfill is working on, and its number, counted from 1, the oldest first.
        package struct BackfillDay: Sendable, Hashable, Codable {
            package var day: String
            package var number: Int
            package var days: Int
        }

        /// Something that the pass waits for.
        package struct Wait: Sendable, Hashable, Codable {
            package enum Code: String, Sendable, Hashable, Codable {
                /// Free space.
                case disk
                /// The provider's API, which refuses or fails.
                case provider
                /// A media host that delivers nothing.
                case mediaHost = "media_host"
                /// Downloads that failed and will be retried.
                case retry
                /// A media host that delivers less than is asked for.
                case pace
            }

            package var code: Code
            /// One line for people.
            package var message: String
        }

        package var organizations: [Part]
        package var tasksListed: Int
        /// Tasks that the provider was asked about.
        package var tasksAsked: Int
        /// Tasks to ask about in total, as far as is known; grows while the listing continues. `nil` until it is known
        /// for each organization.
        package var tasksToAsk: Int?
        /// Recordings to download, as far as they are known.
        package var recordingsFound: Int
        package var recordingsStored: Int
        package var recordingsFailed: Int
        package var bytes: Int64
        package var waiting: [Wait]

        /// Whether more recordings may be found, so that the total is not known yet.
        package var isFinding: Bool {
            organizations.contains { [nil, .listing, .comparing, .asking].contains($0.step) }
        }

        /// Whether the listing may still add tasks to ask about.
        package var isListing: Bool { organizations.contains { [nil, .listing, .comparing].contains($0.step) } }

        /// Recordings that were found and are neither stored nor given up.
        package var recordingsWaiting: Int { max(0, recordingsFound - recordingsStored - recordingsFailed) }

        enum CodingKeys: String, CodingKey {
            case organizations, bytes, waiting
            case tasksListed = "tasks_listed"
            case tasksAsked = "tasks_asked"
            case tasksToAsk = "tasks_to_ask"
            case recordingsFound = "recordings_found"
            case recordingsStored = "recordings_stored"
            case recordingsFailed = "recordings_failed"
        }
    }
}
