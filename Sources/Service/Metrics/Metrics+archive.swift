import Anchors
import Evidence
import Files
import Manifest
import Recordings
import Wiring

/// Metrics of what is held, of the anchors that confirm it, and of the provider.
extension Metrics {
    /// Samples of one metric.
    typealias Samples = [(labels: [(String, String)], value: Double)]

    func addHoldings(_ text: inout MetricsText, _ names: [OrganizationName], _ manifest: Manifest) async throws {
        let now = installation.now
        var (bytes, backlog, ages, checked): (Samples, Samples, Samples, Samples) = ([], [], [], [])
        for name in names {
            let figures = try await manifest.holdingFigures(name, now: now)
            let organization = ("organization", name.description)
            bytes.append(([organization, ("state", "archived")], Double(figures.archivedBytes)))
            bytes.append(([organization, ("state", "stored")], Double(figures.storedBytes)))
            backlog.append(([organization, ("kind", "recordings")], Double(figures.waitingRecordings)))
            backlog.append(([organization, ("kind", "calls")], Double(figures.dueCalls)))
            let age = figures.oldestWaiting.map { max(.zero, now - $0) } ?? .zero
            ages.append(([organization], age.seconds))
            if let time = figures.checkedSince {
                checked.append(([organization], Double(time.millisecondsSince1970) / 1000))
            }
        }
        text.add(
            "callark_archive_bytes",
            .gauge,
            "Bytes of archives that are archived, and of those that are stored: not sealed, or waiting for the vault.",
            bytes
        )
        text.add(
            "callark_backlog",
            .gauge,
            "Recordings that are known and not received, and calls about which the provider has to be asked now.",
            backlog
        )
        text.add(
            "callark_backlog_age_seconds",
            .gauge,
            "Time since the creation of the oldest call in the backlog; 0 if there is none.",
            ages
        )
        text.add(
            "callark_checked_since_timestamp_seconds",
            .gauge,
            "Time since which every sealed byte was read back, or sealed.",
            checked
        )
    }

    /// When each anchor last saw a checkpoint. An anchor that never did, or whose file cannot be read, has no sample.
    func addAnchors(_ text: inout MetricsText, _ names: [OrganizationName]) async {
        var seen: Samples = []
        for name in names {
            // The log's folder may have many tokens.
            let standings = try? await BlockingWork.run { [installation] _ throws(any Error) in
                try installation.anchorStandings(of: name)
            }
            for standing in standings ?? [] {
                guard let time = standing.newest?.time else { continue }
                let labels = [("organization", name.description), ("anchor", standing.anchor.name)]
                seen.append((labels, Double(time.millisecondsSince1970) / 1000))
            }
        }
        text.add(
            "callark_anchor_timestamp_seconds",
            .gauge,
            "When an anchor last saw a checkpoint of the evidence log.",
            seen
        )
    }
}
