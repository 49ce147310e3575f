import Archiver
import ArgumentParser
import DailyArchive
import Files
import Foundation
import Manifest
import Payloads
import Recordings
import Settings
import WebexContactCenter
import Wiring

extension ArchiveCommand {
    /// `--dry-run`: one organization after the other; a failure of one does not affect the others.
    func estimate() async throws {
        let status = try await CommandLineRun.interruptibly { stop in
            let installation = try Installation(common)
            let organizations = try installation.organizations(named: org)
            let request = try window.window(in: installation).request
            let output = Output(json: common.json)
            defer { output.flush() }
            var total = EstimateSummaryLine()
            var statuses: [ExitStatus] = []
            try await installation.closingConnections {
                for name in organizations {
                    guard
                        let estimating = try await installation.estimating(
                            name,
                            isExact: exact,
                            isLowered: lowPriority
                        )
                    else { continue }
                    let counting = Counting(isShown: !common.json)
                    do {
                        let estimate = try await estimating.run(request, stop: stop, listing: counting.show)
                        counting.end()
                        try EstimateReport(estimate, in: installation.timeZone).write(to: output)
                        total.add(estimate)
                        if estimate.hasDamage { statuses.append(.damage) }
                    } catch {
                        let reason = stop.isMade ? ArchiverError(.stopped, "stopped on request") : error
                        counting.end()
                        Diagnostics.error("\(name): \(reason)")
                        total.error = total.error ?? "\(reason)"
                        statuses.append(ExitStatus(reason))
                    }
                    if stop.isMade { break }
                }
            }
            total.warn(
                about: try? installation.root.diskSpace(),
                beyond: installation.settings.archive.minimumFreeBytes
            )
            try output.json(total)
            return ExitStatus.worst(statuses)
        }
        throw ExitCode(status.rawValue)
    }
}

/// The progress of `--dry-run`, on a terminal.
private struct Counting: Sendable {
    let isShown: Bool

    @Sendable func show(_ position: Int, _ count: Int) {
        if isShown { StandardError.show(progress: "listing day \(position) of \(count)") }
    }

    func end() { StandardError.show(progress: nil) }
}
