import Files
import Foundation
import Recordings

extension Settings {
    /// The configuration file: from the option, otherwise from `CALLARK_CONFIG`, otherwise `callark.yaml` in the
    /// current folder, otherwise `/etc/callark/callark.yaml`. Whether a named file exists is not checked here.
    /// - Throws: if none was named and none exists, or if a name is empty.
    package static func locate(
        option: String?,
        environment: [String: String],
        fileExists: (String) -> Bool
    ) throws(SettingsError) -> String {
        if let option {
            guard !option.isEmpty else {
                throw SettingsError(.notFound, at: .nowhere, "--config is empty; give the path of a configuration file")
            }
            return option
        }
        if let variable = environment["CALLARK_CONFIG"] {
            guard !variable.isEmpty else {
                throw SettingsError(.notFound, at: .environment("CALLARK_CONFIG"), "is empty; give a path or unset it")
            }
            return variable
        }
        let places = ["callark.yaml", "/etc/callark/callark.yaml"]
        guard let found = places.first(where: fileExists) else {
            let message = "no configuration file: neither ./callark.yaml nor /etc/callark/callark.yaml exists"
            throw SettingsError(.notFound, at: .nowhere, "\(message); give --config PATH or set CALLARK_CONFIG")
        }
        return found
    }

    /// Finds and reads the configuration file, overrides it with the environment, and reads the secrets in files.
    /// - Parameters:
    ///   - option: the value of `--config`; `nil` if it was not given.
    ///   - needsSecrets: whether an unreadable secret is a problem now, and not only for the request that needs it.
    ///   - currentDirectory: where a relative path of the file itself starts; other paths start from the file's folder.
    /// - Throws: every problem, so that one start shows all of them.
    package static func load(
        option: String?,
        environment: [String: String],
        needsSecrets: Bool = true,
        currentDirectory: String = FileManager.default.currentDirectoryPath
    ) throws(SettingsError) -> LoadedSettings {
        func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : "\(currentDirectory)/\(path)" }
        let path = try locate(option: option, environment: environment) {
            FileManager.default.fileExists(atPath: absolute($0))
        }
        let file = try contents(of: absolute(path), called: path)
        let layer = try FileLayer(text: try text(of: file.bytes, of: path), path: path)
        var reader = SettingsReader(
            path: path,
            folder: folder(of: absolute(path)),
            isFileExposed: file.isReadableByGroup || file.isReadableByOthers,
            credentialsFolder: environment["CREDENTIALS_DIRECTORY"],
            needsSecrets: needsSecrets
        )
        if file.isWritableByOthers {
            reader.warn(.default, "anyone can change this file, and so send the tokens elsewhere; run chmod o-w on it")
        }
        return try reader.settings(layer, environment)
    }

    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }

    private static func contents(of file: String, called path: String) throws(SettingsError) -> FileContents {
        do {
            return try FileContents(path: file, limit: 1 << 20)
        } catch {
            let advice =
                error.isForbidden ? "; run as an account that may read it, or make it readable for its group" : ""
            throw SettingsError(
                .unreadable,
                at: .file(path, line: nil),
                "cannot read the file: \(error.reason)\(advice)"
            )
        }
    }

    private static func text(of bytes: [UInt8], of path: String) throws(SettingsError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            let line = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }
            throw SettingsError(.malformed, at: .file(path, line: line.map { $0 + 1 }), "the file is not UTF-8 text")
        }
        return text
    }
}

extension SettingsReader {
    /// Reads everything, so that all problems show at once.
    fileprivate mutating func settings(
        _ file: FileLayer,
        _ environment: [String: String]
    ) throws(SettingsError) -> LoadedSettings {
        let entries = file.organizations ?? []
        let overrides = EnvironmentLayer(environment, organizations: entries.compactMap(\.name))
        add(file.problems + overrides.problems)
        if let warning = overrides.warning { warn(warning) }
        let global = Owner(file: file.values, environment: overrides.values)
        let archive = archive(global)
        if file.organizations == nil {
            report(.missingKey, .default, "organizations is missing; give a list with at least one organization")
        }
        let organizations = entries.compactMap { organization($0, overrides) }
        checkNames(of: entries)
        let captures = captures(global)
        let downloads = downloads(global)
        let alarms = alarms(global)
        let evidence = evidence(global)
        let audit = audit(global)
        let service = service(global)
        warnOfUnknownOrganizations(service?.oidc, known: entries.compactMap(\.name), of: global)
        let notifications = notifications(global)
        let vault = vault(global)
        guard problems.isEmpty, let archive, let captures, let downloads, let alarms, let evidence, let audit,
            let service, let notifications, let vault
        else {
            throw SettingsError(problems: problems.enumerated().sorted(by: Self.isEarlier).map(\.element))
        }
        let settings = Settings(
            archive: archive,
            organizations: organizations,
            captures: captures,
            downloads: downloads,
            alarms: alarms,
            evidence: evidence,
            audit: audit,
            service: service,
            notifications: notifications,
            vault: vault
        )
        return LoadedSettings(settings: settings, path: path, warnings: warnings, values: values)
    }

    private mutating func organization(
        _ entry: FileLayer.OrganizationEntry,
        _ overrides: EnvironmentLayer
    ) -> OrganizationSettings? {
        let owner = Owner(
            label: entry.label,
            name: entry.name,
            line: entry.line,
            file: entry.values,
            environment: entry.name.flatMap { overrides.organizations[$0] } ?? [:],
            hasMalformedAuth: entry.hasMalformedAuth,
            hasMalformedLegacy: entry.hasMalformedLegacy
        )
        return organization(owner)
    }

    private mutating func checkNames(of entries: [FileLayer.OrganizationEntry]) {
        var first: [OrganizationName: Int] = [:]
        for entry in entries {
            guard let name = entry.name else { continue }
            if let line = first[name] {
                let message = "a second organization is called \"\(name)\", after that of line \(line)"
                report(.duplicate, .file(line: entry.line), "\(message); give it another name")
            } else {
                first[name] = entry.line
            }
        }
    }

    private static func isEarlier(
        _ lhs: (offset: Int, element: SettingsProblem),
        _ rhs: (offset: Int, element: SettingsProblem)
    ) -> Bool {
        let (left, right) = (lhs.element.place.rank, rhs.element.place.rank)
        return (left.line, left.variable, lhs.offset) < (right.line, right.variable, rhs.offset)
    }
}
