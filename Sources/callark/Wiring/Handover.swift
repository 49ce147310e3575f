import Archiver
import ArgumentParser
import Files
import Foundation
import Glibc
import Recordings
import Service
import Settings
import Wiring

/// Hands the work of a command to the service that runs over its root, and does such work in the service. For whoever typed the
/// command it is as if the command had done it itself: the same output, the same exit code.
enum Handover {
    // MARK: - In the command

    /// Has a running service do all of this command's work.
    /// - Returns: its exit code; `nil` if no service runs over the root.
    static func run(_ common: CommonOptions, _ stop: StopRequest) async throws -> ExitStatus? {
        let loaded = try Settings.load(
            option: common.config,
            environment: ProcessInfo.processInfo.environment,
            needsSecrets: false
        )
        let root = ArchiveRoot(path: loaded.settings.archive.root)
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard let end = try await run(.command(arguments), over: root, stop) else { return nil }
        if let error = end.error { throw CommandError(ExitStatus(rawValue: end.status) ?? .bug, error) }
        return ExitStatus(rawValue: end.status) ?? .bug
    }

    /// Has a running service do some work.
    /// - Returns: how it ended; `nil` if no service runs over the root.
    static func run(
        _ work: HandoverOrder.Work,
        over root: ArchiveRoot,
        _ stop: StopRequest
    ) async throws -> HandoverEnd? {
        guard FileManager.default.fileExists(atPath: root.handoverPath), let client = try HandoverClient(to: root)
        else {
            return nil
        }
        let order = HandoverOrder(
            version: Callark.version,
            work: work,
            streams: HandoverOrder.Streams(
                outputColumns: Terminal.columns(of: STDOUT_FILENO),
                errorColumns: Terminal.columns(of: STDERR_FILENO),
                showsProgress: StandardError.showsProgress,
                showsUnicode: Terminal.showsUnicode,
                logsJSON: Diagnostics.isJSON
            ),
            claims: Operator.claims
        )
        let sink = HandoverClient.Sink(
            output: { StandardOutput.write($0) },
            error: { StandardError.write(line: $0) },
            progress: { StandardError.show(progress: $0) }
        )
        return try await client.run(order, stop: stop, sink)
    }

    /// Requires that no service runs, for work that replaces what it has open.
    /// - Throws: ``CommandError`` with exit code 75 if one does.
    static func requireNoService(over root: ArchiveRoot, for command: String) async throws {
        guard ServiceLock.isHeld(over: root) else { return }
        throw CommandError(
            .incomplete,
            "a service runs over \(root.path); stop it (`systemctl stop callark`) before `callark \(command)`"
        )
    }

    // MARK: - In the service

    /// Does the work that a command has handed over.
    static func perform(
        _ order: HandoverOrder,
        by actor: Actor,
        _ outlet: HandoverOutlet,
        _ stop: StopRequest,
        in installation: Installation
    ) async -> HandoverEnd {
        await Outlet.$current.withValue(outlet) {
            guard let arguments = order.work.arguments else {
                var lent = installation.lent(to: actor, command: "fetch")
                lent.acceptsUnknown = order.work.acceptsUnknown
                let tasks = order.work.tasks.compactMap { TaskID($0) }
                return await acquire(tasks, order.work.organization, in: lent, stop)
            }
            let lent = installation.lent(to: actor, command: arguments.first ?? "callark")
            let status: ExitStatus
            do {
                status = try await perform(arguments, in: lent, stop)
            } catch {
                status = CommandLineRun.reported(error, inJSON: arguments.contains("--json"))
            }
            return HandoverEnd(status: status.rawValue)
        }
    }

    private static func perform(
        _ arguments: [String],
        in installation: Installation,
        _ stop: StopRequest
    ) async throws -> ExitStatus {
        switch try Callark.parseAsRoot(arguments) {
        case let command as ArchiveCommand where !command.dryRun: return try await command.work(in: installation, stop)
        case let command as VaultPushCommand where !command.dryRun:
            return try await command.work(in: installation, stop)
        case let command as VerifyCommand where command.repair:
            return try await command.repairRoot(in: installation, stop)
        default: throw CommandError(.bug, "a service does not do `callark \(arguments.first ?? "")`")
        }
    }

    private static func acquire(
        _ tasks: [TaskID],
        _ organization: String?,
        in installation: Installation,
        _ stop: StopRequest
    ) async -> HandoverEnd {
        let progress = PassProgress(output: Output(json: false))
        defer { progress.end() }
        do {
            let name = organization.flatMap { OrganizationName($0) }
            let failures = try await installation.withArchive(stop: stop, observer: progress.observe) { archive in
                try await acquire(tasks, organization: name, archive)
            }
            return HandoverEnd(status: ExitStatus.complete.rawValue, failures: failures.map(\.rawValue))
        } catch {
            return HandoverEnd(status: ExitStatus(error).rawValue, error: "\(error)")
        }
    }

    /// Asks the provider about tasks, and archives what it has.
    /// - Returns: why organizations could not be asked; each reason was reported.
    static func acquire(
        _ tasks: [TaskID],
        organization: OrganizationName?,
        _ archive: CallArchive
    ) async throws -> [ExitStatus] {
        let failures = try await archive.acquire(tasks, organization: organization)
        for (name, error) in failures.sorted(by: { $0.key < $1.key }) { Diagnostics.error("\(name): \(error)") }
        return failures.values.map(ExitStatus.init)
    }
}
