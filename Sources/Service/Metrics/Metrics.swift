import Archiver
import Files
import Foundation
import HTTPTypes
import Manifest
import Recordings
import Settings
import WebexContactCenter
import Wiring

/// `/metrics`, in the text format of Prometheus: metrics of the organizations that the key can see, of the disk and of the
/// service.
struct Metrics: Sendable {
    let installation: Installation
    let database: ServiceDatabase
    let counters: ServiceCounters

    var routes: [Route] {
        [Route(.get, "/metrics") { try await metrics($0) }]
    }

    /// How many days back recordings are counted. Counting all would make answers slower every year.
    private static let days: Int64 = 92

    private func metrics(_ inquiry: Inquiry) async throws -> Answer {
        let view = try ArchiveView(installation, inquiry)
        let manifest = try await view.manifest
        let names = view.organizations.map(\.name)
        var text = MetricsText()
        let standpoints = try await view.standpoints(of: names, manifest)
        try await addRecordings(&text, standpoints, manifest)
        let known = names.filter { standpoints[$0] != nil }
        try await addHoldings(&text, known, manifest)
        try await addPasses(&text, known, manifest)
        await addTokens(&text, names)
        await addAnchors(&text, names)
        await addProvider(&text, names)
        addWebhooks(&text, names)
        addDelays(&text, names)
        try await addVault(&text, known, manifest)
        let space = try? installation.root.diskSpace()
        if let space {
            text.add(
                "callark_disk_free_bytes",
                .gauge,
                "Free bytes on the root's disk.",
                [([], Double(space.freeBytes))]
            )
            text.add("callark_disk_total_bytes", .gauge, "Size of the root's disk.", [([], Double(space.totalBytes))])
        }
        let alarms = try await installation.alarms(of: names, manifest: manifest, space: space)
        let bySeverity = Dictionary(grouping: alarms, by: \.severity.rawValue).mapValues(\.count)
        text.add(
            "callark_alarms",
            .gauge,
            "Alarms now, by severity.",
            ["critical", "warning"].map { ([("severity", $0)], Double(bySeverity[$0] ?? 0)) }
        )
        let running = (try? PassNotice.running(over: installation.root)) != nil
        text.add("callark_pass_running", .gauge, "Whether a pass is running.", [([], running ? 1 : 0)])
        try await addSessions(&text)
        addRequests(&text)
        return Answer.text(text.text, mediaType: "text/plain; version=0.0.4; charset=utf-8")
    }

    private func addRecordings(
        _ text: inout MetricsText,
        _ standpoints: [OrganizationName: Standpoint],
        _ manifest: Manifest
    ) async throws {
        let first = ArchiveDay(
            daysSince1970: ArchiveDay(installation.now, in: installation.timeZone).daysSince1970 - Self.days
        )
        var recordings: [(labels: [(String, String)], value: Double)] = []
        var (days, gaps) = (recordings, recordings)
        for (name, standpoint) in standpoints.sorted(by: { $0.key < $1.key }) {
            let all = try await manifest.dayStatuses(organization: name, since: first, at: standpoint)
            for (state, count) in [
                ("archived", all.map(\.archived)), ("stored", all.map(\.stored)), ("pending", all.map(\.pending)),
                ("failed", all.map(\.failed)), ("damaged", all.map(\.damaged)), ("explained", all.map(\.explained)),
                ("suspect", all.map(\.suspect)),
            ] {
                let labels = [("organization", name.description), ("state", state)]
                recordings.append((labels, Double(count.reduce(0, +))))
            }
            for (kind, count) in [
                ("missing", all.map { ReportFigures($0).missing }), ("awaited", all.map(\.awaited)),
            ] {
                gaps.append(([("organization", name.description), ("kind", kind)], Double(count.reduce(0, +))))
            }
            for (state, count) in [
                ("closed", all.count(where: \.isClosed)), ("open", all.count { !$0.isClosed && !$0.isDamaged }),
                ("damaged", all.count(where: \.isDamaged)),
            ] {
                days.append(([("organization", name.description), ("state", state)], Double(count)))
            }
        }
        let scope = "of the last \(Self.days) days"
        text.add("callark_recordings", .gauge, "Recordings \(scope), by state.", recordings)
        text.add(
            "callark_gaps",
            .gauge,
            "Recordings \(scope) that should exist and are not held: missing without an explanation, or awaited.",
            gaps
        )
        text.add("callark_day_states", .gauge, "Days with calls \(scope), by state.", days)
    }

    private func addPasses(_ text: inout MetricsText, _ names: [OrganizationName], _ manifest: Manifest) async throws {
        var complete: [(labels: [(String, String)], value: Double)] = []
        var (listed, unread, faulty) = (complete, complete, complete)
        for name in names {
            let labels = [("organization", name.description)]
            if let time = try await manifest.lastCompletePass(name, reachingNow: true)?.endedTime {
                complete.append((labels, Double(time.millisecondsSince1970) / 1000))
            }
            if let time = try await manifest.watermark(name) {
                listed.append((labels, Double(time.millisecondsSince1970) / 1000))
            }
            let reading = try await manifest.readingStatus(name)
            unread.append((labels, Double(reading.neverRead)))
            faulty.append((labels, Double(reading.faulty)))
        }
        text.add(
            "callark_last_complete_pass_timestamp_seconds",
            .gauge,
            "When the last complete pass up to the present ended.",
            complete
        )
        text.add(
            "callark_listed_through_timestamp_seconds",
            .gauge,
            "Time up to which the provider's list was read without a hole.",
            listed
        )
        text.add("callark_archives_never_read", .gauge, "Sealed archives that were never read back.", unread)
        text.add("callark_archives_with_faults", .gauge, "Archives that had faults when last read.", faulty)
    }

    private func addVault(_ text: inout MetricsText, _ names: [OrganizationName], _ manifest: Manifest) async throws {
        guard let vault = installation.vault else { return }
        var archives: [(labels: [(String, String)], value: Double)] = []
        var (bytes, since) = (archives, archives)
        for name in names {
            let figures = try await manifest.vaultFigures(organization: name)
            for (state, sum) in [
                ("held", figures.confirmed), ("evicted", figures.evicted), ("waiting", figures.waiting),
            ] {
                let labels = [("organization", name.description), ("state", state)]
                archives.append((labels, Double(sum.archives)))
                bytes.append((labels, Double(sum.bytes)))
            }
            if let time = figures.waitingSince {
                since.append(([("organization", name.description)], Double(time.millisecondsSince1970) / 1000))
            }
        }
        text.add(
            "callark_vault_archives",
            .gauge,
            "Sealed archives in the vault, not on the disk, and waiting.",
            archives
        )
        text.add("callark_vault_bytes", .gauge, "Bytes of these archives.", bytes)
        text.add(
            "callark_vault_waiting_since_timestamp_seconds",
            .gauge,
            "When the oldest archive that waits for the vault was sealed.",
            since
        )
        let check = try? vault.lastLockCheck()
        let isProven = vault.lock != .none && check?.proves(vault.lock) ?? false
        text.add(
            "callark_vault_lock_proven",
            .gauge,
            "Whether the vault's lock was shown to be real.",
            [([("lock", vault.lock.rawValue)], isProven ? 1 : 0)]
        )
    }

    private func addTokens(_ text: inout MetricsText, _ names: [OrganizationName]) async {
        var expiries: [(labels: [(String, String)], value: Double)] = []
        for name in names {
            guard let token = try? await installation.tokenStatus(of: name) else { continue }
            for (kind, time) in [("access", token.accessExpires), ("refresh", token.refreshExpires)] {
                guard let time else { continue }
                let labels = [("organization", name.description), ("token", kind)]
                expiries.append((labels, Double(time.millisecondsSince1970) / 1000))
            }
        }
        text.add("callark_token_expiry_timestamp_seconds", .gauge, "When a token expires.", expiries)
    }

    private func addRequests(_ text: inout MetricsText) {
        let all = counters.requests.all.map { entry in
            (
                labels: [
                    ("route", entry.key.route), ("method", entry.key.method), ("status", String(entry.key.status)),
                ],
                figures: entry.figures
            )
        }
        text.add(
            "callark_http_requests_total",
            .counter,
            "Requests, by route, method and status.",
            all.map { ($0.labels, Double($0.figures.count)) }
        )
        text.add(
            "callark_http_response_bytes_total",
            .counter,
            "Bytes of bodies that were sent.",
            all.map { ($0.labels, Double($0.figures.bytes)) }
        )
        text.add(
            "callark_http_request_seconds_total",
            .counter,
            "Time from the requests to the ends of their answers.",
            all.map { ($0.labels, Double($0.figures.milliseconds) / 1000) }
        )
    }
}
