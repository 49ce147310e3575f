import Archiver
import Files
import Foundation
import Manifest
import Recordings
import Settings
import Wiring

extension Installation {
    /// Reads the configuration that the options name, and prints its warnings.
    /// - Parameters:
    ///   - usesRoot: whether the command needs the root in any case. For the tokens that some commands need, see
    ///     `requireRoot(forTokensOf:)`.
    ///   - needsSecrets: whether the command always asks the provider. Otherwise it tolerates secrets that its account
    ///     cannot read, until it needs one.
    /// - Throws: `SettingsError`; `ArchiveError` if the root is needed and does not exist, for example because its disk is
    ///   not mounted.
    init(_ options: CommonOptions, usesRoot: Bool = true, needsSecrets: Bool = true) throws {
        let loaded = try Settings.load(
            option: options.config,
            environment: ProcessInfo.processInfo.environment,
            needsSecrets: needsSecrets
        )
        self.init(
            loaded,
            actor: Operator.current,
            logger: Logs.logger(options),
            command: CommandLineRun.command,
            version: Callark.version
        )
        loaded.warnings.forEach(Diagnostics.warning)
        if usesRoot { try root.identity() }
    }

    /// Prints a warning if the root is on a network file system.
    func warnOfNetworkFileSystem() {
        if let warning = rootWarning { Diagnostics.warning(warning) }
    }

    /// The organizations that a command works on: those named, or all.
    /// - Throws: ``CommandError`` with exit code 66 for a name that the configuration does not have.
    func organizations(named names: [OrganizationName]) throws -> [OrganizationName] {
        let configured = settings.organizations.map(\.name)
        for name in names where !configured.contains(name) {
            let known = configured.map(\.description).joined(separator: ", ")
            throw CommandError.unknown("organization", [name.description], "\(loaded.path) has \(known)")
        }
        return names.isEmpty ? configured : configured.filter(names.contains)
    }

    /// The one organization that a command works on: the named one, or the only one of the configuration.
    /// - Throws: ``CommandError`` with exit code 64 if there are several and none is named; 66 for a name that the
    ///   configuration does not have.
    func organization(named name: OrganizationName?) throws -> OrganizationSettings {
        let names = try organizations(named: name.map { [$0] } ?? [])
        let found = settings.organizations.filter { names.contains($0.name) }
        guard found.count == 1 else {
            let known = names.map(\.description).joined(separator: ", ")
            throw CommandError(.usage, "name one organization with --org: \(loaded.path) has \(known)")
        }
        return found[0]
    }

    /// The days of a time range that were not listed, or only in part, for some organizations.
    func unlisted(
        in window: TimeWindow,
        _ names: [OrganizationName],
        _ manifest: Manifest?
    ) async throws -> UnlistedDays {
        var days = UnlistedDays(
            today: ArchiveDay(window.now, in: window.timeZone),
            namesOrganizations: settings.organizations.count > 1
        )
        for name in names {
            days.add(try await unlisted(in: window.instants, organization: name, manifest), of: name)
        }
        return days
    }

    /// Gives checkpoints to the anchors at the end of a pass, and prints a warning for each that has not seen the
    /// newest one.
    func anchorAtTheEnd(of names: [OrganizationName]) async {
        for warning in await anchorIfDue(names) { Diagnostics.warning(warning) }
    }

    /// The alarms for the end of a command that has done its work. If they cannot be found out, that is a warning, and changes
    /// nothing about the outcome of the work.
    /// - Parameter isOfGivenTime: whether a person gave the command a time range: then it does not report that no pass
    ///   has run up to the present.
    func alarmsAtTheEnd(of names: [OrganizationName], isOfGivenTime: Bool) async -> [Alarm] {
        do {
            let manifest = try await manifestForReading()
            let alarms = try await alarms(of: names, manifest: manifest, space: try? root.diskSpace())
            return alarms.filter { !(isOfGivenTime && $0.isOfTheFirstPass) }
        } catch {
            Diagnostics.warning("could not check for alarms: \(error)")
            return []
        }
    }
}

extension [Alarm] {
    /// The alarms for the report of the organization at `position` of `names`: its own, and with the first organization
    /// those of the machine.
    func reported(with position: Int, of names: [OrganizationName]) -> [Alarm] {
        filter { $0.organization == nil ? position == 0 : $0.organization == names[position].description }
    }
}
