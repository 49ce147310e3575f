import Archiver
import ArgumentParser
import Manifest
import Recordings
import Settings
import Wiring

extension ArchiveCommand {
    /// `--low-priority`: day by day.
    func backfill(in installation: Installation, _ stop: StopRequest) async throws -> ExitStatus {
        let organizations = try installation.organizations(named: org)
        installation.warnOfNetworkFileSystem()
        let window = try window.window(in: installation)
        guard let range = window.range?.clamped(to: Timestamp.earliest..<window.now) else { return .usage }
        let output = Output(json: common.json)
        defer { output.flush() }
        let progress = PassProgress(output: output)
        let backfill = Backfill(
            try installation.setup,
            organizations: organizations,
            range: range,
            stop: stop,
            observer: progress.observe
        )
        let results = try await installation.closing {
            try await backfill.run { step in
                progress.end()
                try BackfillReport.write(step, to: output)
                // A person who watches wants to see each day as it is done.
                output.flush()
            }
        }
        progress.end()
        if !stop.isMade { await installation.anchorAtTheEnd(of: organizations) }
        let alarms = await installation.alarmsAtTheEnd(
            of: results.map(\.organization),
            isOfGivenTime: true
        )
        for (position, result) in results.enumerated() {
            let own = alarms.reported(with: position, of: results.map(\.organization))
            try BackfillReport.write(result, range, alarms: own, to: output)
        }
        return ExitStatus.worst(results.map(ExitStatus.init(backfill:)))
    }
}

extension Timestamp {
    static let earliest = Timestamp(millisecondsSince1970: 0)
}

extension ExitStatus {
    init(backfill result: Backfill.Result) {
        if let failure = result.failure {
            self = ExitStatus(failure)
        } else {
            self = !result.damaged.isEmpty ? .damage : result.isComplete ? .complete : .incomplete
        }
    }
}
